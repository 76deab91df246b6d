using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DpoSt.Tests.Hub;

/// <summary>A small model as a hub would serve it, honest unless a test takes an address over.</summary>
internal sealed class HubRepository
{
    public const string Name = "org/small";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const string Listing = $"/api/models/{Name}/revision/main?blobs=true";

    public Dictionary<string, byte[]> Files { get; } = new()
    {
        ["config.json"] = "{\"model_type\": \"t5\"}\n"u8.ToArray(),
        ["tokenizer.json"] = "{}"u8.ToArray(),
        ["model.safetensors"] = Bytes(50_000, 1),
        ["tf_model.h5"] = Bytes(100, 2),
        [".gitattributes"] = "*.safetensors filter=lfs"u8.ToArray(),
    };

    /// <summary>What a test answers in the place of the honest server; null where it has nothing to say.</summary>
    public Func<HubRequest, HubReply?> Instead { get; set; } = _ => null;

    public static string Address(string file) => $"/{Name}/resolve/{Commit}/{file}";

    public static byte[] Bytes(int count, int seed)
    {
        var random = new SplitMix64((ulong)seed);
        return [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(256))];
    }

    /// <summary>The name of a content in the cache: SHA-256 of weights, Git's SHA-1 of the rest, each by the book.</summary>
#pragma warning disable CA5350                                     // Git's own checksum
    public static string Hash(string name, byte[] content) => Convert.ToHexStringLower(IsLarge(name)
        ? SHA256.HashData(content)
        : SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350

    public string Hash(string name) => Hash(name, Files[name]);

    public HubServer Serve() => new(request => Instead(request) ?? Honest(request));

    public HubReply Honest(HubRequest request) => request.Target switch
    {
        Listing or $"/api/models/{Name}/revision/{Commit}?blobs=true" => HubReply.Text(200, List()),
        _ when Files.FirstOrDefault(f => request.Target == Address(f.Key)) is { Key: not null } file =>
            Range(request, file.Value, $"\"{Hash(file.Key)}\""),
        _ => HubReply.Text(404, "Not Found"),
    };

    /// <summary>The rest of a content, or all of it where the asker has another version.</summary>
    public static HubReply Range(HubRequest request, byte[] content, string version) =>
        request["Range"] is null || (request["If-Range"] is { } known && known != version)
            ? new HubReply(200, content, $"ETag: {version}", "Accept-Ranges: bytes")
            : new HubReply(
                206, content[request.From..], $"ETag: {version}",
                string.Create(CultureInfo.InvariantCulture, $"Content-Range: bytes {request.From}-{content.Length - 1}/{content.Length}"));

    /// <summary>The list in the hub's form.</summary>
    public string List(Func<string, long, object>? entry = null) => JsonSerializer.Serialize(new
    {
        sha = Commit,
        siblings = Files.Select(f => entry?.Invoke(f.Key, f.Value.Length) ?? (IsLarge(f.Key)
            ? new
            {
                rfilename = f.Key,
                size = f.Value.Length,
                blobId = new string('0', 40),
                lfs = new { sha256 = Hash(f.Key), size = f.Value.Length, pointerSize = 130 },
            }
            : (object)new { rfilename = f.Key, size = f.Value.Length, blobId = Hash(f.Key) })),
    });

    private static bool IsLarge(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal);
}
