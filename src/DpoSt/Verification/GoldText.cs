namespace DpoSt.Verification;

/// <summary>The gold answer of a rationale: behind its last <c>####</c> (or <c># </c> and a number), else in its last box, else all of it.
/// </summary>
internal static class GoldText
{
    /// <summary>The answer as it stands there, whole, so that what reads it can refuse it; empty where there is none.</summary>
    public static string Of(string rationale)
    {
        ArgumentNullException.ThrowIfNull(rationale);
        return FinalText.BehindMark(rationale)
            ?? (FinalAnswer.Last(rationale) is var (sign, at, _) ? FinalText.BehindMark($"####{sign}{rationale[at..]}")! : null)
            ?? Box.LastOf(rationale)?.Content
            ?? rationale.Trim();
    }
}
