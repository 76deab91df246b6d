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

    /// <summary>Any of these tells that a folder is a model's, damaged or not.</summary>
    public static readonly string[] Marks = [Config, Weights, Index];

    /// <summary>Files that make a tokenizer.</summary>
    public static readonly string[] Tokenizers =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "spiece.model", "tokenizer.model",
        "vocab.json", "merges.txt",
    ];

    /// <summary>Files that belong to a model apart from its weights.</summary>
    public static readonly string[] Companions = [Config, "generation_config.json", .. Tokenizers, "README.md", "LICENSE"];

    private static readonly string[] Pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

    /// <summary>The error for a place that holds neither <see cref="Weights"/> nor <see cref="Index"/>.</summary>
    public static UserErrorException NoWeights(string place, Func<string, bool> holds) => new(Array.Exists(Pickles, name => holds(name))
        ? $"{place} holds pytorch_model.bin, a pickle, which can run any program when opened: dpost reads only safetensors. "
            + "Download the model's safetensors, or convert it with transformers' save_pretrained(..., safe_serialization=True)."
        : $"{place} holds no {Weights} and no {Index}: point to a Hugging Face checkpoint with safetensors.");

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
