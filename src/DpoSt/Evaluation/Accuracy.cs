namespace DpoSt.Evaluation;

/// <summary>How many of how many are right, with Wilson's 95 % interval.</summary>
/// <param name="Right">The right ones.</param>
/// <param name="Total">All.</param>
/// <param name="Share">Right / total, in 0..1; 0 where there are none.</param>
/// <param name="Low">The lower end of the interval.</param>
/// <param name="High">The upper end.</param>
internal sealed record Accuracy(int Right, int Total, double Share, double Low, double High)
{
    /// <summary>The accuracy of <paramref name="right"/> among <paramref name="total"/>.</summary>
    public static Accuracy Of(int right, int total)
    {
        var (low, high) = WilsonInterval.Of(right, total);
        return new(right, total, total == 0 ? 0 : (double)right / total, low, high);
    }
}
