using System.Globalization;
using static System.FormattableString;

namespace DpoSt.Verification;

/// <summary>One number, as GSM8K has it: behind the last <c>####</c> of a text, or the whole text. What the paper's code reads is read the
/// same, and fractions, powers of ten and percent whole.</summary>
/// <param name="tolerance">The share of the gold answer by which a number may differ; null is <see cref="FinalAnswer.Tolerance"/>.</param>
internal sealed class NumberVerifier(double? tolerance) : IVerifier
{
    /// <inheritdoc/>
    public string Name => "number";

    /// <inheritdoc/>
    public string? Refusal(string gold) =>
        WrittenNumber.Whole(gold) is { } number && double.IsFinite(number.Value.ToDouble()) ? null
        : "it is not one number, behind \"####\" or alone; choose boxed for formulas, lists and units, "
            + "exact for words, or choice for letters (data.verifier)";

    /// <inheritdoc/>
    public string Plain(string gold) =>
        WrittenNumber.Whole(gold) is { IsPercent: false } number && !gold.Contains('/', StringComparison.Ordinal)
            ? number.Value.ToDouble().ToString(CultureInfo.InvariantCulture) : gold;

    /// <inheritdoc/>
    public Judgement Judge(string gold, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var truth = WrittenNumber.Whole(gold) ?? throw new ArgumentException("the gold answer is refused", nameof(gold));
        return FinalText.BehindThinking(text) is not { } answer ? Judgement.None("the thinking was cut off")
            : Read(answer) is not { } found ? Judgement.None("there is no number behind ####")
            : Judgement.Of(IsSame((truth.Value.ToDouble(), truth.IsPercent), found), Shown(found), $"{Shown(found)} for {gold.Trim()}");
    }

    /// <inheritdoc/>
    public bool AreSame(string found, string other) =>
        Read(found) is { } a && Read(other) is { } b && a.IsPercent == b.IsPercent && FinalAnswer.AreSame(a.Value, b.Value);

    private static (double Value, bool IsPercent)? Read(string answer)
    {
        if (FinalAnswer.Last(answer) is var (sign, at, _))
        {
            return WrittenNumber.Beginning(sign + answer[at..]) is { } extended ? (extended.Value.ToDouble(), extended.IsPercent)
                : FinalAnswer.Extract(answer) is { } plain ? (plain, false)
                : null;
        }

        return WrittenNumber.Whole(answer) is { } whole ? (whole.Value.ToDouble(), whole.IsPercent) : null;
    }

    // 50 % is 0.5, and a bare 50 too.
    private bool IsSame((double Value, bool IsPercent) gold, (double Value, bool IsPercent) found) =>
        IsNear(gold.Value, found.Value)
        || (gold.IsPercent && !found.IsPercent && IsNear(100 * gold.Value, found.Value))
        || (!gold.IsPercent && found.IsPercent && IsNear(gold.Value, 100 * found.Value));

    private bool IsNear(double gold, double found) =>
        tolerance is { } share ? Math.Abs(gold - found) <= share * Math.Abs(gold) : FinalAnswer.AreSame(gold, found);

    private static string Shown((double Value, bool IsPercent) number) => number.IsPercent
        ? Invariant($"{100 * number.Value}%")
        : number.Value.ToString(CultureInfo.InvariantCulture);
}
