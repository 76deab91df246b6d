using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DpoSt.Tests.Hub.Upload;

/// <summary>A hub that takes uploads, by the book of Hugging Face's API and Git LFS, unless a test takes a request over.</summary>
internal sealed class UploadHub
{
    /// <summary>The token that may write.</summary>
    public const string Token = "hf_writes";

    private const string Bearer = $"Bearer {Token}";
    private const string Commit = "89abcdef0123456789abcdef0123456789abcdef";
    private readonly Lock held = new();

    /// <summary>What is committed, by repository and name.</summary>
    public Dictionary<string, Dictionary<string, byte[]>> Repositories { get; } = [];

    /// <summary>Contents that Git LFS has, by their SHA-256.</summary>
    public Dictionary<string, byte[]> Objects { get; } = [];

    /// <summary>What the repositories were created with.</summary>
    public List<JsonElement> Created { get; } = [];

    /// <summary>The lines of the commits.</summary>
    public List<string[]> Commits { get; } = [];

    /// <summary>The server that large files go to.</summary>
    public Uri? Storage { get; set; }

    public Func<HubRequest, HubReply?> Instead { get; set; } = _ => null;

    /// <summary>The answer; null where the request has nothing to do with an upload.</summary>
    public HubReply? Answer(HubRequest request)
    {
        lock (held)
        {
            return Instead(request) ?? Honest(request);
        }
    }

    private HubReply? Honest(HubRequest request)
    {
        if (request.Target.StartsWith("/lfs/", StringComparison.Ordinal))
        {
            return Lfs(request);
        }

        var isWrite = request.Method == "POST";
        if (isWrite && request["Authorization"] != Bearer)
        {
            return HubReply.Text(401, """{"error": "Invalid credentials"}""");
        }

        var parts = request.Target.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["api", "repos", "create"] when isWrite => Create(JsonDocument.Parse(request.Body).RootElement),
            ["api", "models", var owner, var name, "revision", "main?blobs=true"] when Repository(owner, name) is { } files => List(files),
            ["api", "models", var owner, var name, "preupload", "main"] when isWrite && Repository(owner, name) is not null =>
                Modes(JsonDocument.Parse(request.Body).RootElement),
            [_, _, "info", "lfs", "objects", "batch"] when isWrite => Batch(JsonDocument.Parse(request.Body).RootElement),
            ["api", "models", var owner, var name, "commit", "main"] when isWrite && Repository(owner, name) is { } files =>
                Change(files, Encoding.UTF8.GetString(request.Body).Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            _ => null,
        };
    }

    private Dictionary<string, byte[]>? Repository(string owner, string name) => Repositories.GetValueOrDefault($"{owner}/{name}");

    private HubReply Create(JsonElement wanted)
    {
        var name = $"{wanted.GetProperty("organization").GetString()}/{wanted.GetProperty("name").GetString()}";
        if (!Repositories.TryAdd(name, new() { [".gitattributes"] = "*.safetensors filter=lfs\n"u8.ToArray() }))
        {
            return HubReply.Text(409, """{"error": "You already created this model repo"}""");
        }

        Created.Add(wanted);
        return HubReply.Text(200, $$"""{"url": "http://hub/{{name}}"}""");
    }

    private static HubReply List(Dictionary<string, byte[]> files) => HubReply.Text(200, JsonSerializer.Serialize(new
    {
        sha = Commit,
        siblings = files.Select(f => IsLarge(f.Key)
            ? new { rfilename = f.Key, size = f.Value.Length, lfs = new { sha256 = Sha256(f.Value), size = f.Value.Length } }
            : (object)new { rfilename = f.Key, size = f.Value.Length, blobId = HubRepository.Hash(f.Key, f.Value) }),
    }));

    private static HubReply Modes(JsonElement asked) => HubReply.Text(200, JsonSerializer.Serialize(new
    {
        files = asked.GetProperty("files").EnumerateArray().Select(file => new
        {
            path = file.GetProperty("path").GetString(),
            uploadMode = IsLarge(file.GetProperty("path").GetString()!) && Convert.FromBase64String(
                file.GetProperty("sample").GetString()!).Length == Math.Min(512, file.GetProperty("size").GetInt64()) ? "lfs" : "regular",
            shouldIgnore = false,
        }),
    }));

    private HubReply Batch(JsonElement asked)
    {
        Assert.Equal(("upload", "sha256"), (asked.GetProperty("operation").GetString(), asked.GetProperty("hash_algo").GetString()));
        return HubReply.Text(200, JsonSerializer.Serialize(new
        {
            transfer = "basic",
            objects = asked.GetProperty("objects").EnumerateArray().Select(one => (Oid: one.GetProperty("oid").GetString()!,
                Size: one.GetProperty("size").GetInt64())).Select(one => Objects.ContainsKey(one.Oid)
                ? new { oid = one.Oid, size = one.Size }
                : (object)new
                {
                    oid = one.Oid,
                    size = one.Size,
                    actions = new
                    {
                        upload = new { href = $"{Storage}lfs/{one.Oid}", header = new Dictionary<string, string> { ["X-Key"] = "k" } },
                        verify = new { href = "/lfs/verify", header = new Dictionary<string, string>() },
                    },
                }),
        }));
    }

    /// <summary>Where large files go, on this server or on another.</summary>
    public HubReply Lfs(HubRequest request)
    {
        if (request.Method == "PUT")
        {
            Assert.Equal("k", request["X-Key"]);
            var oid = request.Target["/lfs/".Length..];
            if (Sha256(request.Body) != oid)
            {
                return HubReply.Text(400, "BadDigest");
            }

            Objects[oid] = request.Body;
            return HubReply.Text(200, "");
        }

        var asked = JsonDocument.Parse(request.Body).RootElement;
        return Objects.GetValueOrDefault(asked.GetProperty("oid").GetString()!)?.Length == asked.GetProperty("size").GetInt32()
            && request["Authorization"] == Bearer
            ? HubReply.Text(200, "") : HubReply.Text(404, "");
    }

    private HubReply Change(Dictionary<string, byte[]> files, string[] lines)
    {
        Commits.Add(lines);
        Assert.Contains("\"key\":\"header\"", lines[0], StringComparison.Ordinal);
        foreach (var line in lines.Skip(1).Select(line => JsonDocument.Parse(line).RootElement))
        {
            var (kind, value) = (line.GetProperty("key").GetString(), line.GetProperty("value"));
            files[value.GetProperty("path").GetString()!] = kind == "lfsFile"
                ? Objects[value.GetProperty("oid").GetString()!]
                : Convert.FromBase64String(value.GetProperty("content").GetString()!);
        }

        return HubReply.Text(200, string.Create(CultureInfo.InvariantCulture, $$"""{"success": true, "commitOid": "{{Commit}}"}"""));
    }

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static bool IsLarge(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal);
}
