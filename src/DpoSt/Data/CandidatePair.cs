using DpoSt.Configuration.Sections;

namespace DpoSt.Data;

/// <summary>A right and a wrong rationale of a question.</summary>
internal sealed record CandidatePair(Candidate Chosen, Candidate Rejected)
{
    /// <summary>Those to be kept first; pairs of equal rank stay in the order they come in.</summary>
    public static IEnumerable<CandidatePair> Ranked(IReadOnlyList<CandidatePair> pairs, PairChoice choice) => choice switch
    {
        PairChoice.MostAlike => pairs.OrderByDescending(pair => pair.Chosen.Similarity(pair.Rejected)),
        PairChoice.MostEdits => pairs.OrderByDescending(pair => pair.Edits()),
        PairChoice.EqualLength => pairs.OrderBy(pair => Math.Abs(Words(pair.Chosen).Length - Words(pair.Rejected).Length)),
        PairChoice.Random => pairs,
        PairChoice.EachOnce => EachOnce(pairs.OrderBy(pair => pair.Chosen.Similarity(pair.Rejected))),
        _ => pairs.OrderBy(pair => pair.Chosen.Similarity(pair.Rejected)),
    };

    private static IEnumerable<CandidatePair> EachOnce(IEnumerable<CandidatePair> ranked)
    {
        var used = new HashSet<Candidate>(ReferenceEqualityComparer.Instance);
        foreach (var pair in ranked)
        {
            if (!used.Contains(pair.Chosen) && !used.Contains(pair.Rejected))
            {
                used.Add(pair.Chosen);
                used.Add(pair.Rejected);
                yield return pair;
            }
        }
    }

    // Levenshtein's distance: words that are inserted, removed or replaced.
    private int Edits()
    {
        var (a, b) = (Words(Chosen), Words(Rejected));
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < b.Length; j++)
            {
                var replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, 1 + Math.Min(row[j], row[j + 1]));
            }
        }

        return row[^1];
    }

    private static string[] Words(Candidate candidate) => candidate.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
