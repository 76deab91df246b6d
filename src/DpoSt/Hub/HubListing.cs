using System.Text.Json;
using System.Text.RegularExpressions;

namespace DpoSt.Hub;

/// <summary>What a repository holds at one commit.</summary>
/// <param name="Commit">The commit, 40 hexadecimal digits.</param>
internal sealed partial record HubListing(string Commit, IReadOnlyDictionary<string, HubFile> Files)
{
    // A petabyte: sizes are added up, and nothing larger is a model's file.
    private const long MaxSize = 1L << 50;

    /// <summary>Reads the hub's answer; files without a usable size or checksum are left out, since they could not be trusted.</summary>
    /// <exception cref="UserErrorException">It is not a list of files: a login page, a proxy, another service.</exception>
    public static HubListing Parse(ReadOnlyMemory<byte> json, Uri source)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var commit = document.RootElement.GetProperty("sha").GetString() ?? "";
            var files = new Dictionary<string, HubFile>(StringComparer.Ordinal);
            foreach (var file in document.RootElement.GetProperty("siblings").EnumerateArray())
            {
                var name = file.GetProperty("rfilename").GetString() ?? "";
                var isLarge = file.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
                var hash = isLarge ? Text(lfs, "sha256") : Text(file, "blobId");
                var hasSize = (isLarge ? lfs : file).TryGetProperty("size", out var number);
                var size = hasSize && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var bytes) ? bytes : -1;
                if (size is >= 0 and <= MaxSize && (isLarge ? Sha256() : Sha1()).IsMatch(hash))
                {
                    files.TryAdd(name, new HubFile(name, size, hash));
                }
            }

            return Sha1().IsMatch(commit) ? new HubListing(commit, files) : throw new JsonException("no commit");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserErrorException(
                $"{source} answers, but not with a model's list of files: check HF_ENDPOINT, "
                + "and whether a proxy or a login page stands in between.",
                e);
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    [GeneratedRegex("^[0-9a-f]{40}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sha1();

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sha256();
}
