using System.Text.RegularExpressions;

namespace DpoSt.Verification;

/// <summary>The letter of a choice, from A to Z, with its text behind it or without: <c>B</c>, <c>(B)</c>, <c>B) Paris</c>. Of an answer
/// counts what stands behind <c>####</c>, in the last box or behind "answer:", else the last letter that stands alone in
/// capitals.</summary>
internal sealed partial class ChoiceVerifier : IVerifier
{
    /// <inheritdoc/>
    public string Name => "choice";

    /// <inheritdoc/>
    public string? Refusal(string gold) => Leading(gold) is not null ? null
        : "it is no letter of a choice such as B, (B) or B) Paris; choose number for numbers, or exact for words (data.verifier)";

    /// <inheritdoc/>
    public Judgement Judge(string gold, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (letter, choice) = Leading(gold) ?? throw new ArgumentException("the gold answer is refused", nameof(gold));
        if (FinalText.BehindThinking(text) is not { } answer)
        {
            return Judgement.None("the thinking was cut off");
        }

        var final = FinalText.BehindMark(answer) ?? Box.LastOf(answer)?.Content ?? FinalText.BehindPhrase(answer);
        if (choice.Length > 0 && ExactVerifier.Normal(final ?? FinalText.LastLine(answer)) == ExactVerifier.Normal(choice))
        {
            return Judgement.Of(true, $"{letter}", $"the text of {letter}");
        }

        return Letter(final ?? answer) is { } found
            ? Judgement.Of(found == letter, $"{found}", $"{found} for {letter}")
            : Judgement.None("there is no letter of a choice");
    }

    /// <inheritdoc/>
    public bool AreSame(string found, string other) => found == other;

    // A letter that an answer begins with, else the last one that stands alone: of "not A but B" it is B.
    private static char? Letter(string text)
    {
        if (Leading(text) is var (letter, _))
        {
            return letter;
        }

        Match? last = null;
        for (var match = Alone().Match(text); match.Success; match = match.NextMatch())
        {
            last = match;
        }

        return last?.Groups["letter"].Value[0];
    }

    private static (char Letter, string Choice)? Leading(string text) =>
        First().Match(text.Trim()) is { Success: true } match
            ? (char.ToUpperInvariant(match.Groups["letter"].Value[0]), match.Groups["choice"].Value.Trim())
            : null;

    // Bare, or in brackets, or with a mark behind it, emphasised or not; "A dog" begins with a word.
    [GeneratedRegex(
        @"^[*_\s]*(\\text(bf)?\{)?(\((?<letter>[A-Za-z])\)|(?<letter>[A-Za-z])[).:])\}?[*_]*(?<choice>(?s:.*))$"
        + @"|^[*_\s]*(\\text(bf)?\{)?(?<letter>[A-Za-z])\}?[*_\s.]*$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex First();

    // "I" and "A" are words too: they count with brackets or a mark alone.
    [GeneratedRegex(
        @"\((?<letter>[A-Z])\)|\b(?<letter>[A-Z])[).:*]|\b(?<letter>[B-HJ-Z])\b",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Alone();
}
