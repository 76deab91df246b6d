using System.Collections.Frozen;

namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>SentencePiece's Unigram model (Kudo 2018), as T5 uses it: of all ways to cut the text into pieces the one with the greatest sum
/// of scores, in single precision and with SentencePiece's own rule for ties (the first that was found stays).</summary>
internal sealed class Unigram : ISegmentEncoder
{
    // SentencePiece's kUnkPenalty.
    private const float UnknownPenalty = 10;
    private readonly FrozenDictionary<long, int> next;
    private readonly List<int> idOfNode = [-1];
    private readonly float[] scores;
    private readonly float unknownScore;
    private readonly int unknown;
    private readonly SentencePieceNormalizer normalizer;

    /// <param name="pieces">The vocabulary in the order of its ids; a piece without text is never found in a text.</param>
    /// <param name="unknown">The id of what no piece spells.</param>
    public Unigram(IReadOnlyList<(string? Text, float Score)> pieces, int unknown, SentencePieceNormalizer normalizer)
    {
        (this.unknown, this.normalizer) = (unknown, normalizer);
        scores = [.. pieces.Select(p => p.Score)];
        unknownScore = pieces.Where(p => p.Text is not null).Select(p => p.Score).DefaultIfEmpty().Min() - UnknownPenalty;
        var edges = new Dictionary<long, int>();
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Text is { Length: > 0 } text)
            {
                Add(text, id, edges);
            }
        }

        next = edges.ToFrozenDictionary();
    }

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids)
    {
        var normalized = normalizer.Normalize(text, place);
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

    private static void Offer((float Score, int Start, int Id)[] best, int start, int end, float score, int id)
    {
        var total = best[start].Score + score;
        if (best[end].Start < 0 || total > best[end].Score)
        {
            best[end] = (total, start, id);
        }
    }

    private void Add(string piece, int id, Dictionary<long, int> edges)
    {
        var node = 0;
        foreach (var c in piece)
        {
            if (!edges.TryGetValue(Edge(node, c), out var child))
            {
                child = idOfNode.Count;
                idOfNode.Add(-1);
                edges.Add(Edge(node, c), child);
            }

            node = child;
        }

        idOfNode[node] = id;
    }

    private static long Edge(int node, char c) => ((long)node << 16) | c;
}
