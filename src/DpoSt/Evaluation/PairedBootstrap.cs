namespace DpoSt.Evaluation;

/// <summary>
/// How sure the difference in accuracy of two models on the same questions is: questions are drawn with replacement and both models
/// are scored on each draw (Koehn, 2004).
/// </summary>
/// <param name="Difference">Accuracy of the second minus accuracy of the first, in -1..1.</param>
/// <param name="Low">The 2.5 % quantile of the resampled differences.</param>
/// <param name="High">The 97.5 % quantile.</param>
/// <param name="PValue">Two-sided: twice the share of draws in which the difference is zero or has the other sign, at most 1.</param>
public sealed record PairedBootstrap(double Difference, double Low, double High, double PValue)
{
    /// <summary>The second is <c>better</c> or <c>worse</c> where the interval leaves zero out, else <c>no clear difference</c>.</summary>
    public string Conclusion => Low > 0 ? "better" : High < 0 ? "worse" : "no clear difference";

    /// <summary>Compares verdicts on the same questions in the same order; the same seed gives the same numbers.</summary>
    /// <exception cref="ArgumentException">The lists are empty or differ in length.</exception>
    public static PairedBootstrap Compare(IReadOnlyList<bool> first, IReadOnlyList<bool> second, long seed = 42, int draws = 10_000)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        if (first.Count == 0 || first.Count != second.Count)
        {
            throw new ArgumentException($"expected verdicts on the same questions, got {first.Count} and {second.Count}", nameof(second));
        }

        int[] gains = [.. first.Zip(second, (a, b) => (b ? 1 : 0) - (a ? 1 : 0))];
        var random = new SplitMix64((ulong)seed);
        var sums = new int[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            for (var i = 0; i < gains.Length; i++)
            {
                sums[draw] += gains[random.Next(gains.Length)];
            }
        }

        Array.Sort(sums);
        var observed = gains.Sum();
        var against = sums.Count(sum => Math.Sign(sum) != Math.Sign(observed));
        double n = gains.Length;
        var p = observed == 0 ? 1 : Math.Min(1, 2.0 * against / draws);
        return new(observed / n, Quantile(sums, 0.025) / n, Quantile(sums, 0.975) / n, p);
    }

    private static double Quantile(int[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
