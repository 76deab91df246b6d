using System.Text.Json;

namespace DpoSt.Hub;

/// <summary>Which files make a Hugging Face checkpoint: what dpost reads, downloads, and copies along when it saves a model.</summary>
internal static class CheckpointFiles
{
    /// <summary>The weights in one file.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Names the shards where the weights are in several.</summary>
    public const string Index = "model.safetensors.index.json";

    /// <summary>What a folder of a model must hold beside its weights.</summary>
    public const string Config = "config.json";

    /// <summary>What a folder of an adapter holds beside its weights.</summary>
    public const string Adapter = "adapter_config.json";

    /// <summary>An adapter's weights.</summary>
    public const string AdapterWeights = "adapter_model.safetensors";

    /// <summary>Any of these holds weights, or names the files that do.</summary>
    public static readonly string[] WeightFiles = [Weights, Index];

    /// <summary>Any of these tells that a folder is a model's, damaged or not.</summary>
    public static readonly string[] Marks = [Config, Weights, Index, Adapter];

    /// <summary>Files that make a tokenizer.</summary>
    public static readonly string[] Tokenizers =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "spiece.model",
        "tokenizer.model", "vocab.json", "merges.txt",
    ];

    /// <summary>Files that belong to a model apart from its weights.</summary>
    public static readonly string[] Companions = [Config, "generation_config.json", .. Tokenizers, "README.md", "LICENSE"];

    /// <summary>Whether a place holds an adapter and no model of its own.</summary>
    /// <param name="holds">Says whether it holds a file.</param>
    public static bool IsAdapter(Func<string, bool> holds) => holds(Adapter) && !Array.Exists(WeightFiles, name => holds(name));

    /// <summary>The names of what a folder holds of a model or an adapter.</summary>
    /// <exception cref="UserErrorException">Its index is none.</exception>
    public static IEnumerable<string> In(string folder)
    {
        var index = Path.Combine(folder, Index);
        IEnumerable<string> names = IsAdapter(name => File.Exists(Path.Combine(folder, name))) ? [.. Companions, Adapter, AdapterWeights]
            : File.Exists(Path.Combine(folder, Weights)) ? [.. Companions, Weights]
            : [.. Companions, Index, .. Shards(WholeFile.ReadBytes(index), index)];
        return names.Where(name => File.Exists(Path.Combine(folder, name)));
    }

    /// <summary>The error for a place that holds neither <see cref="Weights"/> nor <see cref="Index"/>.</summary>
    /// <param name="names">What it holds.</param>
    public static UserErrorException NoWeights(string place, IEnumerable<string> names) => new(Instead([.. names]) is { } instead
        ? $"{place} {instead}"
        : $"{place} holds no {Weights} and no {Index}: point to a Hugging Face checkpoint with safetensors.");

    /// <summary>What a place holds instead of a checkpoint, and what to do about it; null where nothing tells.</summary>
    public static string? Instead(IReadOnlyCollection<string> names)
    {
        return Array.Exists(WeightFiles, name => names.Contains(name, StringComparer.Ordinal)) ? null
        : names.Contains(Adapter, StringComparer.Ordinal)
            ? $"holds an adapter ({Adapter}) and not the model it belongs to: download that, and give dpost the adapter's folder."
        : Find(".gguf") is { } gguf
            ? $"holds {gguf}, which llama.cpp reads and dpost does not: use the model's safetensors."
        : Find("-of-") is { } shard && shard.EndsWith(".safetensors", StringComparison.Ordinal)
            ? $"holds shards such as {shard}, but no {Index}, which says where each tensor is: download the model again."
        : Find(".safetensors") is { } other
            ? $"holds {other}, but a checkpoint's weights are in {Weights}: point to a Hugging Face checkpoint."
        : (Find(".bin") ?? Find(".pt") ?? Find(".pth") ?? Find(".ckpt")) is { } pickle
            ? $"holds {pickle}, a pickle, which can run any program when opened: dpost reads only safetensors. "
                + "Download the model's safetensors, or convert it with transformers' save_pretrained(..., safe_serialization=True)."
        : null;

        string? Find(string part) => names.Order(StringComparer.Ordinal).FirstOrDefault(name =>
            part[0] == '.' ? name.EndsWith(part, StringComparison.Ordinal) : name.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>The files that an index names: at least one, each a plain name of a file beside the index.</summary>
    /// <exception cref="UserErrorException">It is not an index, or it names a file elsewhere.</exception>
    public static IReadOnlyList<string> Shards(ReadOnlyMemory<byte> json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            string[] names = [.. document.RootElement.GetProperty("weight_map").EnumerateObject()
                .Select(tensor => tensor.Value.GetString() ?? throw new JsonException("null"))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            return names.Length > 0 && Array.TrueForAll(names, IsPlainName)
                ? names
                : throw new UserErrorException(
                    $"{path} must name safetensors files beside itself, but names "
                    + $"{(names.Length == 0 ? "none" : $"'{Array.Find(names, n => !IsPlainName(n))}'")}: download the model again.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserErrorException($"{path} is not a safetensors index with a weight_map: download the model again.", e);
        }
    }

    // What a server or a file names becomes a path here: nothing that could leave its folder, on any system, is let through.
    private static bool IsPlainName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) && name[0] != '.'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
