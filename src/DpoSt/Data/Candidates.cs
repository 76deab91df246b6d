namespace DpoSt.Data;

/// <summary>A rationale with the set of its token ids.</summary>
internal sealed record Candidate(string Text, HashSet<int> Tokens)
{
    /// <summary>Jaccard similarity of the token sets; two empty texts are the same.</summary>
    public double Similarity(Candidate other)
    {
        var common = Tokens.Count(other.Tokens.Contains);
        var union = Tokens.Count + other.Tokens.Count - common;
        return union == 0 ? 1 : (double)common / union;
    }
}

/// <summary>The candidates of a question, made unique and deduplicated as the paper's repository does.</summary>
internal static class Candidates
{
    /// <summary>Gold if there is one, then the unique samples sorted by code point, each kept unless too like a kept one.</summary>
    public static IReadOnlyList<Candidate> Distinct(
        string? gold, IEnumerable<string> samples, Func<string, IReadOnlyCollection<int>> tokenize, double maxSimilarity)
    {
        var sorted = samples.Distinct(StringComparer.Ordinal).Order(CodePointComparer.Instance);
        var kept = new List<Candidate>();
        foreach (var text in gold is null ? sorted : sorted.Prepend(gold))
        {
            var candidate = new Candidate(text, [.. tokenize(text)]);
            if (kept.TrueForAll(other => candidate.Similarity(other) <= maxSimilarity))
            {
                kept.Add(candidate);
            }
        }

        return kept;
    }

    /// <summary>Python's order of strings. The ordinal order of UTF-16 differs from it beyond U+FFFF.</summary>
    private sealed class CodePointComparer : IComparer<string>
    {
        public static readonly CodePointComparer Instance = new();

        public int Compare(string? x, string? y)
        {
            var common = x.AsSpan().CommonPrefixLength(y);
            if (common == x?.Length || common == y?.Length)
            {
                return (x?.Length ?? 0) - (y?.Length ?? 0);
            }

            var (a, b) = (x![common], y![common]);
            return char.IsSurrogate(a) == char.IsSurrogate(b) ? a - b : char.IsSurrogate(a) ? 1 : -1;
        }
    }
}
