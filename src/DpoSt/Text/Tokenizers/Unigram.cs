using System.Text;

namespace DpoSt.Text.Tokenizers;

/// <summary>
/// SentencePiece's Unigram model (Kudo 2018), as T5 uses it: of all ways to cut the text into pieces the one with the greatest sum of
/// scores, in single precision and with SentencePiece's own rule for ties (the first that was found stays).
/// </summary>
internal sealed class Unigram : ISegmentEncoder
{
    // SentencePiece's kUnkPenalty.
    private const float UnknownPenalty = 10;
    private readonly Dictionary<long, int> next = [];
    private readonly List<int> idOfNode = [-1];
    private readonly float[] scores;
    private readonly float unknownScore;
    private readonly int unknown;
    private readonly CharacterMap map;
    private readonly bool addsPrefix;
    private readonly bool removesSpaces;

    public Unigram(SentencePieceModel model)
    {
        (addsPrefix, removesSpaces) = (model.AddsDummyPrefix, model.RemovesExtraSpaces);
        map = new(model.CharacterMap);
        scores = [.. model.Pieces.Select(p => p.Score)];
        unknown = Math.Max(0, model.Pieces.FindIndex(p => p.Type == SentencePieceModel.PieceType.Unknown));
        unknownScore = model.Pieces.Where(p => p.Type == SentencePieceModel.PieceType.Normal).Select(p => p.Score).DefaultIfEmpty().Min() - UnknownPenalty;
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (model.Pieces[id].Type is SentencePieceModel.PieceType.Normal or SentencePieceModel.PieceType.UserDefined)
            {
                Add(model.Pieces[id].Text, id);
            }
        }
    }

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids)
    {
        var normalized = Normalize(text, place);
        var best = new (float Score, int Start, int Id)[normalized.Length + 1];
        for (var i = 1; i < best.Length; i++)
        {
            best[i].Start = -1;
        }

        for (var at = 0; at < normalized.Length;)
        {
            var width = char.IsSurrogatePair(normalized, at) ? 2 : 1;
            var hasSingle = false;
            for (var (end, node) = (at, 0); end < normalized.Length && next.TryGetValue(Edge(node, normalized[end]), out node);)
            {
                end++;
                if (idOfNode[node] is >= 0 and var id)
                {
                    Offer(best, at, end, scores[id], id);
                    hasSingle |= end - at == width;
                }
            }

            if (!hasSingle)
            {
                Offer(best, at, at + width, unknownScore, unknown);
            }

            at += width;
        }

        var first = ids.Count;
        for (var end = normalized.Length; end > 0; end = best[end].Start)
        {
            // A run of unknown characters is one unknown token.
            if (best[end].Id != unknown || ids.Count == first || ids[^1] != unknown)
            {
                ids.Add(best[end].Id);
            }
        }

        ids.Reverse(first, ids.Count - first);
    }

    /// <summary>The text as the pieces spell it: mapped, spaces joined and written U+2581, one put in front where a text begins.</summary>
    internal string Normalize(ReadOnlySpan<char> text, Place place)
    {
        var mapped = map.Apply(text);
        var result = new StringBuilder(mapped.Length + 1);
        var pending = addsPrefix && place != Place.Continuation;
        foreach (var c in mapped)
        {
            if (c == ' ' && removesSpaces)
            {
                pending |= result.Length > 0 || place == Place.Continuation;
                continue;
            }

            result.Append(pending ? "\u2581" : "").Append(c == ' ' ? '\u2581' : c);
            pending = false;
        }

        return removesSpaces ? result.ToString().TrimEnd('\u2581') : result.ToString();
    }

    private static void Offer((float Score, int Start, int Id)[] best, int start, int end, float score, int id)
    {
        var total = best[start].Score + score;
        if (best[end].Start < 0 || total > best[end].Score)
        {
            best[end] = (total, start, id);
        }
    }

    private void Add(string piece, int id)
    {
        var node = 0;
        foreach (var c in piece)
        {
            if (!next.TryGetValue(Edge(node, c), out var child))
            {
                child = idOfNode.Count;
                idOfNode.Add(-1);
                next.Add(Edge(node, c), child);
            }

            node = child;
        }

        idOfNode[node] = id;
    }

    private static long Edge(int node, char c) => ((long)node << 16) | c;
}
