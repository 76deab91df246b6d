using System.Text.Json;
using DpoSt.Text.Tokenizers.ByteLevel;
using DpoSt.Text.Tokenizers.SentencePiece;
using static DpoSt.Text.Tokenizers.Json.TokenizerJson;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>The BPE models of a `tokenizer.json`: over bytes, or over characters with byte fallback.</summary>
internal static class TokenizerJsonBpe
{
    private static readonly string[] WordMarks = ["continuing_subword_prefix", "end_of_word_suffix"];

    public static IEnumerable<(string Piece, int Id)> Vocabulary(JsonElement model) =>
        model.GetProperty("vocab").EnumerateObject().Select(p => (p.Name, p.Value.GetInt32()));

    /// <summary>Llama-3, Qwen2 and ours: words cut by an expression, merged over their bytes.</summary>
    public static ISegmentEncoder ByteLevel(JsonElement root, JsonElement model, TokenTable table, string path)
    {
        var encoder = new ByteLevelBpe(
            ByteLevelFiles.ByteIds(table, path), Merges(model, table, path), new(SplitPattern(root, path)),
            Flag(model, "ignore_merges") ? table : null);
        return Parts(root, "normalizer").Select(Type).Distinct(StringComparer.Ordinal).ToArray() switch
        {
            [] => encoder,
            ["NFC"] => new ComposedText(encoder),
            [var other] => throw Unsupported(path, $"a normalizer of type '{other}' before byte-level BPE", "NFC and none"),
            _ => throw Unsupported(path, "several normalizers before byte-level BPE", "NFC and none"),
        };
    }

    /// <summary>Llama-2: spaces are U+2581, by a Metaspace or by the older pair of Prepend and Replace.</summary>
    public static ISegmentEncoder SentencePiece(JsonElement root, JsonElement model, TokenTable table, string path)
    {
        var places = (Parts(root, "normalizer"), Parts(root, "pre_tokenizer")) switch
        {
            ([], [var metaspace]) when Type(metaspace) == "Metaspace" => PrefixPlaces(metaspace),
            ([var prepend, var replace], []) when Type(prepend) == "Prepend" && IsSpaceMark(replace) => [Place.Start, Place.AfterSpecial],
            ([var replace], []) when IsSpaceMark(replace) => (Place[])[],
            _ => throw Unsupported(
                path, "other steps before SentencePiece's BPE", "a Metaspace, or a Prepend and a Replace that write spaces as U+2581"),
        };
        return new SentencePieceBpe(table, Merges(model, table, path), SentencePieceBpe.ByteIds(table, path), places);
    }

    private static bool IsSpaceMark(JsonElement part) =>
        Type(part) == "Replace" && Pattern(part) == ("String", " ") && StringOf(part.GetProperty("content")) == "\u2581";

    private static string SplitPattern(JsonElement root, string path)
    {
        var steps = Parts(root, "pre_tokenizer");
        if (steps.Any(p => Type(p) == "ByteLevel" && Flag(p, "add_prefix_space", true)))
        {
            throw Unsupported(path, "a ByteLevel that puts a space before the text", "those without add_prefix_space");
        }

        return steps switch
        {
            [var bytes] when Flag(bytes, "use_regex", true) => WordSplitter.Gpt2,
            [var split, var bytes] when Type(split) == "Split" && Type(bytes) == "ByteLevel" && !Flag(bytes, "use_regex", true)
                && StringOf(split.GetProperty("behavior")) == "Isolated" && !Flag(split, "invert")
                && Pattern(split) is ("Regex", var pattern) => pattern,
            _ => throw Unsupported(
                path, "another pre_tokenizer", "ByteLevel alone, or one isolating Split by a Regex before a ByteLevel without use_regex"),
        };
    }

    private static MergeTable Merges(JsonElement model, TokenTable table, string path)
    {
        if (WordMarks.FirstOrDefault(
            name => model.TryGetProperty(name, out var mark) && !string.IsNullOrEmpty(mark.GetString())) is { } marked)
        {
            throw Unsupported(path, $"a BPE model with a {marked}", "those without");
        }

        var list = model.GetProperty("merges");
        var (merges, rank) = (new MergeTable(list.GetArrayLength()), 0);
        foreach (var merge in list.EnumerateArray())
        {
            // Older files hold "a b", newer ones ["a", "b"].
            var pair = merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(StringOf)] : StringOf(merge).Split(' ');
            if (pair is not [var left, var right] || table.IdOf(left) is not { } a || table.IdOf(right) is not { } b
                || table.IdOf(left + right) is not { } joined)
            {
                throw new UserErrorException(
                    $"The tokenizer '{path}' has a merge (number {rank}) whose parts or result are not in its vocabulary.");
            }

            merges.Add(a, b, rank++, joined);
        }

        return merges;
    }
}
