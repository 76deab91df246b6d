namespace DpoSt.Evaluation;

/// <summary>The chance that at least one of k samples is right, estimated without bias from n samples (Chen et al., 2021).</summary>
internal static class PassAtK
{
    /// <summary>1 - C(n-c, k) / C(n, k) for c correct samples of n.</summary>
    /// <exception cref="ArgumentOutOfRangeException">c is not within 0..n, or k not within 1..n.</exception>
    public static double Estimate(int n, int c, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(c, n);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);

        // The binomials overflow soon, their ratio does not: it is the product of (1 - k/i) for i = n-c+1 .. n.
        var allWrong = 1.0;
        for (var i = n - c + 1; i <= n && allWrong > 0; i++)
        {
            allWrong *= Math.Max(0, i - k) / (double)i;
        }

        return 1 - allWrong;
    }
}
