using System.Text.Json;

namespace DpoSt.Text.Tokenizers;

/// <summary>What `tokenizer_config.json` says about special tokens; everything is null where there is no such file.</summary>
internal sealed record TokenizerConfig(string? Bos, string? Eos, string? Pad, bool? AddBos, bool? AddEos)
{
    private static readonly string[] EosNames = ["</s>", "<|end_of_text|>", "<|endoftext|>", "<|im_end|>", "<eos>"];
    private static readonly string[] BosNames = ["<s>", "<|begin_of_text|>", "<bos>"];
    private static readonly string[] PadNames = ["<pad>"];

    public static TokenizerConfig None { get; } = new(null, null, null, null, null);

    /// <exception cref="UserErrorException">The file is not JSON.</exception>
    public static TokenizerConfig ReadBeside(string folder)
    {
        var path = Path.Combine(folder, "tokenizer_config.json");
        if (!File.Exists(path))
        {
            return None;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            var (bos, eos, pad) = (Token(root, "bos_token"), Token(root, "eos_token"), Token(root, "pad_token"));
            return new(bos, eos, pad, Flag(root, "add_bos_token"), Flag(root, "add_eos_token"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UserErrorException($"The file '{path}' is not a JSON object: {e.Message}", e);
        }
    }

    /// <summary>The special ids: the configuration's, else those of the template, else the usual names. What the configuration says about
    /// adding the begin and end tokens goes before the template.</summary>
    public SpecialIds Specials(TokenTable table, int[] prefix, int[] suffix, string path)
    {
        if (prefix.Concat(suffix).Any(id => id < 0 || id >= table.Size))
        {
            throw new UserErrorException($"The tokenizer '{path}' adds a token whose id is not in its vocabulary of {table.Size}.");
        }

        var bos = table.IdOf(Bos) ?? prefix.Select(i => (int?)i).FirstOrDefault() ?? Usual(table, BosNames);
        var eos = table.IdOf(Eos) ?? suffix.Select(i => (int?)i).LastOrDefault() ?? Usual(table, EosNames)
            ?? throw new UserErrorException(
                $"The tokenizer '{path}' has no end token: name it as eos_token in a tokenizer_config.json beside it.");
        return new(bos, eos, table.IdOf(Pad) ?? Usual(table, PadNames), Added(AddBos, bos, prefix), Added(AddEos, eos, suffix));
    }

    private static int[] Added(bool? isAdded, int? id, int[] template) => (isAdded, id) switch
    {
        (true, { } added) => [added],
        (false, _) => [],
        _ => template,
    };

    private static int? Usual(TokenTable table, string[] names) =>
        names.Select(table.IdOf).FirstOrDefault(id => id is { } known && table.IsSpecial(known));

    private static string? Token(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content) ? content.GetString()
        : value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean() : null;
}
