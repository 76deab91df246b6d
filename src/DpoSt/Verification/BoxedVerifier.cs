using System.Text.RegularExpressions;
using DpoSt.Verification.Algebra;

namespace DpoSt.Verification;

/// <summary>A formula, a set of values or a word: in the last <c>\boxed</c>, else behind <c>####</c> or "answer:", else the last formula or
/// number of the text. Compared by what it says, not by how it is written.</summary>
/// <param name="tolerance">The share of the gold answer by which a number may differ; null allows what rounding to six decimals leaves.
/// </param>
internal sealed partial class BoxedVerifier(double? tolerance) : IVerifier
{
    // More of a text is no answer, but the steps to it.
    private const int MaxBare = 200;

    /// <inheritdoc/>
    public string Name => "boxed";

    /// <inheritdoc/>
    public string? Refusal(string gold) => Gold(gold) is not null ? null
        : "it is no formula, list of values or words; choose exact to compare texts as they are, or a program of your own (data.verifier)";

    /// <inheritdoc/>
    public Judgement Judge(string gold, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var truth = Gold(gold) ?? throw new ArgumentException("the gold answer is refused", nameof(gold));
        if (FinalText.BehindThinking(text) is not { } answer)
        {
            return Judgement.None("the thinking was cut off");
        }

        if (Box.LastOf(answer) is { } box)
        {
            return box.Content is not { } content ? Judgement.None("the last box is not closed")
                : string.IsNullOrWhiteSpace(content) ? Judgement.None("the last box is empty")
                : Formula.Read(content) is { } boxed ? Verdict(truth, boxed, content)
                : Judgement.Of(IsSameText(gold, content), content, $"{content} is read as text");
        }

        foreach (var candidate in Candidates(answer))
        {
            if (Formula.Read(candidate) is { } formula && (!formula.IsWords || truth.IsWords))
            {
                return Verdict(truth, formula, candidate);
            }
        }

        return Judgement.None("there is neither a box nor a number");
    }

    /// <inheritdoc/>
    public bool AreSame(string found, string other) =>
        found == other || (Formula.Read(found) is { } a && Formula.Read(other) is { } b && a.Says(b, tolerance));

    private Judgement Verdict(Formula gold, Formula found, string text) =>
        Judgement.Of(gold.Says(found, tolerance), text.Trim(), $"{text.Trim()} for {gold.Text}");

    private static Formula? Gold(string gold) =>
        Formula.Read(Box.LastOf(gold) is { } box ? box.Content ?? "" : gold);

    private static bool IsSameText(string gold, string content) =>
        string.Concat((Box.LastOf(gold)?.Content ?? gold).Where(IsInk)) == string.Concat(content.Where(IsInk));

    private static bool IsInk(char c) => !char.IsWhiteSpace(c) && c != '$';

    // From the surest to the least sure.
    private static IEnumerable<string> Candidates(string answer)
    {
        if (FinalText.BehindMark(answer) is { Length: > 0 } marked)
        {
            yield return marked;
        }

        if (FinalText.BehindPhrase(answer) is { } behind)
        {
            yield return behind;
            var sentence = behind.IndexOf(". ", StringComparison.Ordinal);
            if (sentence > 0)
            {
                yield return behind[..sentence];
            }
        }

        var whole = answer.Trim();
        if (whole.Length is > 0 and <= MaxBare && !whole.Contains('\n', StringComparison.Ordinal))
        {
            yield return whole;
        }

        Match? last = null;
        for (var match = FormulaOrNumber().Match(answer); match.Success; match = match.NextMatch())
        {
            last = match;
        }

        if (last is not null)
        {
            yield return last.Value;
        }
    }

    // Between its signs a formula, else a number with what belongs to it.
    [GeneratedRegex(
        @"\$\$[^$]+\$\$|\$[^$\n]+\$|\\\([^\n]+?\\\)|\\\[(?s:.+?)\\\]"
        + @"|[-+\u2212]?\\?[$£€]?([0-9]+(,[0-9][0-9][0-9])*(\.[0-9]+)?|\.[0-9]+)([eE][-+]?[0-9]+)?(\s[0-9]+/[0-9]+|/[0-9]+)?\s?\\?%?",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex FormulaOrNumber();
}
