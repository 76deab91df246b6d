using DpoSt.Text.Tokenizers;

namespace DpoSt.Data.Reports;

/// <summary>How long texts are in tokens.</summary>
/// <param name="Median">Half of them are not longer.</param>
/// <param name="Percentile99">99 of a hundred are not longer.</param>
/// <param name="Longest">The longest.</param>
/// <param name="Cut">How many are longer than the limit.</param>
/// <param name="Limit">The limit.</param>
internal sealed record TokenLengths(int Median, int Percentile99, int Longest, int Cut, int Limit)
{
    /// <summary>Of some texts; null where there are none.</summary>
    public static TokenLengths? Of(IEnumerable<string> texts, ITokenizer tokenizer, int limit)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return Of(texts.Select(text => tokenizer.Encode(text).Count), limit);
    }

    /// <summary>Of texts whose lengths are known; null where there are none.</summary>
    public static TokenLengths? Of(IEnumerable<int> counts, int limit)
    {
        int[] lengths = [.. counts.Order()];
        return lengths.Length == 0 ? null
            : new(At(0.5), At(0.99), lengths[^1], lengths.Count(length => length > limit), limit);

        // The nearest rank.
        int At(double share) => lengths[Math.Max(0, (int)Math.Ceiling(share * lengths.Length) - 1)];
    }
}
