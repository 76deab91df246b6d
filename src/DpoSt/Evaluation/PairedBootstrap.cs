namespace DpoSt.Evaluation;

/// <summary>
/// How sure the difference in accuracy of two models on the same questions is: questions are drawn with replacement and both models
/// are scored on each draw (Koehn, 2004).
/// </summary>
/// <param name="Difference">Accuracy of the second minus accuracy of the first, in -1..1.</param>
/// <param name="Low">The 2.5 % quantile of the resampled differences.</param>
/// <param name="High">The 97.5 % quantile.</param>
/// <param name="PValue">Two-sided: twice the share of draws in which the difference is zero or has the other sign, at most 1.</param>
internal sealed record PairedBootstrap(double Difference, double Low, double High, double PValue)
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

        return Of(gains.Sum(), sums, gains.Length);
    }

    /// <summary>Compares verdicts of several trainings of each of two kinds on the same questions, <c>[training][question]</c>, the
    /// trainings in pairs. Trainings and questions are both drawn with replacement (Owen, 2007, "the pigeonhole bootstrap"), so that the
    /// interval holds for other seeds and other questions.</summary>
    /// <exception cref="ArgumentException">The lists are empty or differ in length.</exception>
    public static PairedBootstrap CompareRuns(
        IReadOnlyList<bool[]> first, IReadOnlyList<bool[]> second, long seed = 42, int draws = 10_000)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var (runs, questions) = (first.Count, first.Count == 0 ? 0 : first[0].Length);
        if (questions == 0 || second.Count != runs || first.Concat(second).Any(run => run.Length != questions))
        {
            throw new ArgumentException($"expected as many trainings of both, all on the same questions, got {runs} and {second.Count}");
        }

        int[][] gains = [.. first.Zip(second, (a, b) => a.Zip(b, (x, y) => (y ? 1 : 0) - (x ? 1 : 0)).ToArray())];
        var random = new SplitMix64((ulong)seed);
        var sums = new int[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            var counts = new int[questions];
            for (var i = 0; i < questions; i++)
            {
                counts[random.Next(questions)]++;
            }

            for (var i = 0; i < runs; i++)
            {
                var own = gains[random.Next(runs)];
                for (var q = 0; q < questions; q++)
                {
                    sums[draw] += counts[q] * own[q];
                }
            }
        }

        return Of(gains.Sum(run => run.Sum()), sums, (double)runs * questions);
    }

    private static PairedBootstrap Of(int observed, int[] sums, double n)
    {
        Array.Sort(sums);
        var against = sums.Count(sum => Math.Sign(sum) != Math.Sign(observed));
        var p = observed == 0 ? 1 : Math.Min(1, 2.0 * against / sums.Length);
        return new(observed / n, Quantile(sums, 0.025) / n, Quantile(sums, 0.975) / n, p);
    }

    private static double Quantile(int[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
