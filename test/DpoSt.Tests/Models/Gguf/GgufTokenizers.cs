using System.Text.Json;
using DpoSt.Tests.Text.Tokenizers;

namespace DpoSt.Tests.Models.Gguf;

/// <summary>Small tokenizers of the two kinds that llama.cpp has for these families.</summary>
internal static class GgufTokenizers
{
    // Qwen's own expression, as its published tokenizer.json has it.
    private const string Words =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const int Models = 320;

    private static readonly string[][] Merges = [["t", "h"], ["th", "e"], ["i", "n"], ["e", "n"]];

    public static string ByteLevel()
    {
        var bytes = TokenizerJsonFiles.Spelling.Select(c => c.ToString()).ToList();
        return Json(
            [.. bytes, "the", "th", "in", "en"], Merges, null,
            new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new { type = "Split", pattern = new { Regex = Words }, behavior = "Isolated", invert = false },
                    new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false },
                },
            },
            new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false }, byteFallback: false);
    }

    public static string Pieces() => Json(
        ["<pad>", "<bos>", "<unk>", .. Enumerable.Range(0, 256).Select(
            b => $"<0x{b:X2}>"), "\u2581", .. "abceghint".Select(c => c.ToString()),
            "the", "th", "in", "en"],
        Merges, new { type = "Replace", pattern = new { String = " " }, content = "\u2581" }, null,
        new
        {
            type = "Sequence",
            decoders = new object[]
            {
                new { type = "Replace", pattern = new { String = "\u2581" }, content = " " }, new { type = "ByteFallback" },
                new { type = "Fuse" },
            },
        }, byteFallback: true);

    private static string Json(
        string[] pieces, string[][] merges, object? normalizer, object? preTokenizer, object decoder, bool byteFallback)
    {
        // As many as the models have ids, with the end: no id is beyond the vocabulary.
        string[] vocabulary = [.. pieces, .. Enumerable.Range(pieces.Length, Models - 1 - pieces.Length).Select(i => $"zq{i}")];
        return JsonSerializer.Serialize(new
        {
            added_tokens = new[]
            {
                new
                {
                    id = vocabulary.Length,
                    content = "<eos>",
                    single_word = false,
                    lstrip = false,
                    rstrip = false,
                    normalized = false,
                    special = true,
                },
            },
            normalizer,
            pre_tokenizer = preTokenizer,
            decoder,
            model = new
            {
                type = "BPE",
                unk_token = byteFallback ? "<unk>" : null,
                fuse_unk = byteFallback,
                byte_fallback = byteFallback,
                vocab = vocabulary.Index().ToDictionary(piece => piece.Item, piece => piece.Index),
                merges,
            },
        });
    }
}
