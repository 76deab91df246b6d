using System.Numerics;

namespace DpoSt.Text.Tokenizers;

/// <summary>The Unigram model (Kudo 2018): of all ways to cut a text into pieces the one with the greatest sum of scores. Of equal ones the
/// first that was found stays. A character that no piece spells costs the lowest score and ten more.</summary>
/// <typeparam name="T">The precision of the sums: SentencePiece adds singles, Hugging Face's tokenizers doubles.</typeparam>
internal sealed class BestPath<T>
    where T : struct, IFloatingPointIeee754<T>
{
    private static readonly T UnknownPenalty = T.CreateChecked(10);
    private readonly PrefixTree tree;
    private readonly T[] scores;
    private readonly T unknownScore;

    /// <param name="pieces">The vocabulary in the order of its ids; a piece without text is never found in a text.</param>
    public BestPath(IReadOnlyList<(string? Text, T Score)> pieces)
    {
        tree = new(pieces.Select((p, id) => (p.Text ?? "", id)));
        scores = [.. pieces.Select(p => p.Score)];
        unknownScore = pieces.Where(p => p.Text is not null).Select(p => p.Score).DefaultIfEmpty().Min() - UnknownPenalty;
    }

    /// <summary>The pieces from left to right, by their ends and ids; -1 is a character that no piece spells.</summary>
    public List<(int Start, int End, int Id)> Cut(ReadOnlySpan<char> text)
    {
        var best = new (T Score, int Start, int Id)[text.Length + 1];
        for (var i = 1; i < best.Length; i++)
        {
            best[i].Start = -1;
        }

        var state = PrefixTree.Root;
        for (var end = 1; end <= text.Length; end++)
        {
            state = tree.Step(state, text[end - 1]);
            if (end < text.Length && char.IsSurrogatePair(text[end - 1], text[end]))
            {
                continue;                                          // no piece ends within a character
            }

            var width = end > 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;
            var hasSingle = false;
            for (var piece = tree.Longest(state); piece != PrefixTree.Root; piece = tree.Shorter(piece))
            {
                var (start, id) = (end - tree.LengthOf(piece), tree.IdOf(piece));
                if (start == 0 || best[start].Start >= 0)
                {
                    Offer(best, start, end, scores[id], id);
                    hasSingle |= end - start == width;
                }
            }

            if (!hasSingle)
            {
                Offer(best, end - width, end, unknownScore, -1);
            }
        }

        var path = new List<(int, int, int)>();
        for (var end = text.Length; end > 0; end = best[end].Start)
        {
            path.Add((best[end].Start, end, best[end].Id));
        }

        path.Reverse();
        return path;
    }

    private static void Offer((T Score, int Start, int Id)[] best, int start, int end, T score, int id)
    {
        var total = best[start].Score + score;
        if (best[end].Start < 0 || total > best[end].Score)
        {
            best[end] = (total, start, id);
        }
    }
}
