namespace DpoSt.Evaluation;

/// <summary>Wilson's 95 % score interval of a proportion (Wilson, 1927): stays within 0..1 and is sensible at 0 and n of n.</summary>
/// <param name="Low">The lower end, in 0..1.</param>
/// <param name="High">The upper end, in 0..1.</param>
internal sealed record WilsonInterval(double Low, double High)
{
    // The 97.5 % quantile of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>The interval for <paramref name="correct"/> of <paramref name="total"/>; 0..1 where nothing was counted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">correct is not within 0..total.</exception>
    public static WilsonInterval Of(int correct, int total)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(correct);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, total);
        if (total == 0)
        {
            return new(0, 1);
        }

        double n = total;
        var p = correct / n;
        var scale = 1 + (Z * Z / n);
        var centre = (p + (Z * Z / (2 * n))) / scale;
        var half = Z / scale * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4 * n * n)));
        return new(correct == 0 ? 0 : centre - half, correct == total ? 1 : centre + half);
    }
}
