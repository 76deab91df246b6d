using System.Text.RegularExpressions;

namespace DpoSt.Text;

/// <summary>GSM8K's rationales as T5 can spell them: its vocabulary has no &lt;, &gt; nor newline. The steps and their order are the paper
/// repository's; each regular expression is one pass, so that overlaps stay ("1+2+3" gives "1 + 2+3").</summary>
internal static class T5Text
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private static readonly Regex SelfEquation = new("<<(?<left>[0-9]+)=(?<right>[0-9]+)>>", Options);
    private static readonly Regex TightColon = new("(?<left>[^0-9]):(?<right>[0-9])", Options);
    private static readonly Regex TightDollar = new(@"\$(?<right>\S)", Options);
    private static readonly Regex[] TightOperators =
        [.. "+-*/=".Select(c => new Regex($@"(?<left>\S)(?<sign>{Regex.Escape($"{c}")})(?<right>\S)", Options))];

    /// <summary>One application, whatever the text looks like.</summary>
    public static string Format(string answer)
    {
        // An engine of linear time has no back-references: whether both sides are equal is asked of the match.
        var text = SelfEquation.Replace(answer, m => m.Groups["left"].Value == m.Groups["right"].Value ? "" : m.Value);
        text = TightColon.Replace(text, "${left}: ${right}");
        text = text.Replace("<<", "[ ", StringComparison.Ordinal).Replace(">>", "] ", StringComparison.Ordinal);
        text = TightDollar.Replace(text, "$$ ${right}");
        foreach (var pattern in TightOperators)
        {
            text = pattern.Replace(text, "${left} ${sign} ${right}");
        }

        return string.Join(' ', text.Split('\n').Select(WithFullStop));
    }

    /// <summary>Whether a rationale is in T5 form: one line that holds its final answer, for which GSM8K has a line of its own.</summary>
    public static bool IsFormatted(string answer) =>
        !answer.Contains('\n', StringComparison.Ordinal)
        && !answer.Contains("<<", StringComparison.Ordinal)
        && answer.Contains("####", StringComparison.Ordinal);

    private static string WithFullStop(string line) =>
        line.StartsWith("##", StringComparison.Ordinal) || line.EndsWith('.') ? line : line + ".";
}
