using System.Text.Json;

namespace DpoSt.Hub.Upload;

/// <summary>Something that Git LFS asks for: a request to an address, with headers
/// (https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md).</summary>
internal sealed record LfsAction(Uri Address, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>What its requests and answers are.</summary>
    public const string MediaType = "application/vnd.git-lfs+json";

    // Those of the message itself are this program's.
    private static readonly string[] Own = ["Content-Length", "Transfer-Encoding", "Host", "Connection", "Expect"];

    /// <summary>What is to be done with a file by the answer to a batch of one: nothing where the hub has it.</summary>
    /// <exception cref="UserErrorException">It is refused, or this is no answer of Git LFS.</exception>
    public static (LfsAction? Upload, LfsAction? Verify) Parse(ReadOnlyMemory<byte> answer, UploadFile file, Uri endpoint, string repo)
    {
        var host = endpoint.Authority;
        try
        {
            using var document = JsonDocument.Parse(answer);
            var one = document.RootElement.GetProperty("objects").EnumerateArray()
                .Single(o => o.GetProperty("oid").ValueEquals(file.Sha256));
            if (one.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
            {
                var words = error.TryGetProperty("message", out var message) ? message.GetString() : null;
                throw new UserErrorException(UploadRefusal.Sentence(
                    error.GetProperty("code").GetInt32(), host, repo, $"send {file.Name}", UploadRefusal.Quoted(words)));
            }

            return one.TryGetProperty("actions", out var actions) && actions.ValueKind == JsonValueKind.Object
                ? (Of(actions, "upload"), Of(actions, "verify")) : (null, null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserErrorException(
                $"{host} does not say where {file.Name} is to be sent, as Git LFS does: check HF_ENDPOINT, "
                + "and whether a proxy or a login page stands in between.", e);
        }

        LfsAction? Of(JsonElement actions, string name)
        {
            if (!actions.TryGetProperty(name, out var action) || action.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var address = new Uri(endpoint, action.GetProperty("href").GetString());
            var headers = action.TryGetProperty("header", out var all) && all.ValueKind == JsonValueKind.Object
                ? all.EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString() ?? "", StringComparer.OrdinalIgnoreCase) : [];
            return address.Scheme != "https" && !(address.Scheme == "http" && endpoint.Scheme == "http")
                ? throw new UserErrorException(
                    $"{host} wants {file.Name} sent to {address.Scheme}://{address.Host}, which is less safe than {endpoint.Scheme}: "
                    + "nothing was sent; check HF_ENDPOINT and your network.")
                : headers.ContainsKey("chunk_size")
                ? throw new UserErrorException(
                    $"{host} takes {file.Name} in parts only, for it is too large for one; save the model in smaller files.")
                : new LfsAction(address, headers);
        }
    }

    /// <summary>Puts its headers into a request.</summary>
    public void AddTo(HttpRequestMessage request)
    {
        foreach (var (name, value) in Headers.Where(header => !Own.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }
}
