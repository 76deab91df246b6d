using System.Text.Json;
using DpoSt.Text.Tokenizers.ByteLevel;
using DpoSt.Text.Tokenizers.Pipeline.Models;

namespace DpoSt.Text.Tokenizers.Json;

/// <summary>The model of a tokenizer.json and its vocabulary: pieces with their ids.</summary>
internal sealed record ReadModel(IModel Model, IReadOnlyList<(string Text, int Id)> Pieces);

/// <summary>Reads the `model` of a tokenizer.json.</summary>
internal static class ModelReader
{
    private static readonly string[] WordMarks = ["continuing_subword_prefix", "end_of_word_suffix"];

    /// <param name="unknown">What is done with characters that a BPE vocabulary lacks, where not what the file says.</param>
    public static ReadModel Read(JsonPart part, UnknownCharacters? unknown = null)
    {
        // The oldest files leave the type out of their BPE.
        return (part.Find("type") is null && part.Find("merges") is not null ? "BPE" : part.Type) switch
        {
            "BPE" => Bpe(
                part.Only(
                    "vocab", "merges", "dropout", "unk_token", "fuse_unk", "byte_fallback", "ignore_merges", WordMarks[0], WordMarks[1]),
                unknown),
            "Unigram" => Unigram(part.Only("vocab", "unk_id", "byte_fallback")),
            _ => throw part.UnknownType("BPE", "Unigram"),
        };
    }

    private static ReadModel Bpe(JsonPart part, UnknownCharacters? unknown)
    {
        if (WordMarks.FirstOrDefault(name => part.Find(name) is { } mark && part.TextOf(mark, name).Length > 0) is { } marked)
        {
            throw part.Unknown($"a {marked}", "none");
        }

        if (part.Find("dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
        {
            throw part.Unknown("a dropout, which draws ids at random", "none");
        }

        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var piece in new JsonPart(part.Need("vocab"), "vocab").Element.EnumerateObject())
        {
            ids[piece.Name] = part.NumberOf(piece.Value, "vocab");
        }

        var token = part.Find("unk_token") is { } named ? part.TextOf(named, "unk_token") : null;
        var model = new BpeModel(
            ids, Merges(part, ids), unknown ?? new(token, part.Flag("fuse_unk", false), part.Flag("byte_fallback", false)),
            unknown is null && part.Flag("ignore_merges", false));
        return new(model, [.. ids.Select(p => (p.Key, p.Value))]);
    }

    private static MergeTable Merges(JsonPart part, Dictionary<string, int> ids)
    {
        var (merges, rank) = (new MergeTable(part.List("merges").Count()), 0);
        foreach (var merge in part.List("merges"))
        {
            // Older files hold "a b", newer ones ["a", "b"].
            var pair = merge.ValueKind == JsonValueKind.Array
                ? [.. merge.EnumerateArray().Select(side => part.TextOf(side, "merges"))] : part.TextOf(merge, "merges").Split(' ');
            if (merge.ValueKind == JsonValueKind.String && merge.ValueEquals("#version: 0.2"))
            {
                continue;
            }

            if (pair is not [var left, var right] || !ids.TryGetValue(left, out var a) || !ids.TryGetValue(right, out var b)
                || !ids.TryGetValue(left + right, out var joined))
            {
                throw new FormatException($"its model has a merge (number {rank}) whose parts or result are not in its vocabulary");
            }

            merges.Add(a, b, rank++, joined);
        }

        return merges;
    }

    private static ReadModel Unigram(JsonPart part)
    {
        (string Text, double Score)[] pieces = [.. part.List("vocab").Select(entry =>
            entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2 && entry[1].ValueKind == JsonValueKind.Number
                ? (part.TextOf(entry[0], "vocab"), RustNumber.Parse(entry[1].GetRawText()))
                : throw new FormatException("its vocabulary has an entry that is not a piece and a score"))];
        var unknown = part.Find("unk_id") is { } id ? part.NumberOf(id, "unk_id") : (int?)null;
        if (unknown >= pieces.Length)
        {
            throw new FormatException($"its model has the unk_id {unknown}, but {pieces.Length} pieces");
        }

        return new(
            new UnigramModel(pieces, unknown, part.Flag("byte_fallback", false)), [.. pieces.Select((piece, id) => (piece.Text, id))]);
    }
}
