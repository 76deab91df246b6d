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

    /// <summary>Whether a rationale is nothing but its final answer, marked or not: it has no steps to learn.</summary>
    /// <param name="rationale">The rationale.</param>
    /// <param name="gold">The final answer; null where nothing reads it, and then a few words are all that an answer has.</param>
    public static bool IsAllOf(string rationale, string? gold)
    {
        ArgumentNullException.ThrowIfNull(rationale);
        const int words = 3;
        var bare = Bare(rationale);
        return gold is not null && bare == Bare(gold)
            || Of(rationale) is var end && bare == Bare(end)
                && end.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length <= words;
    }

    // Without what marks a final answer.
    private static string Bare(string text) => string.Concat(
        text.Replace(@"\boxed", "", StringComparison.Ordinal).Replace(@"\fbox", "", StringComparison.Ordinal)
            .Where(c => !char.IsWhiteSpace(c) && c is not ('#' or '$' or '{' or '}' or '*')));
}
