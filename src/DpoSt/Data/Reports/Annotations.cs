using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DpoSt.Text;

namespace DpoSt.Data.Reports;

/// <summary>The calculations in a rationale: annotated as <c>&lt;&lt;2+3=5&gt;&gt;</c>, or in plain text as <c>2 + 3 = 5</c>.</summary>
internal static partial class Annotations
{
    /// <summary>How many calculations are annotated.</summary>
    public static int Count(string rationale) => Annotated().Count(rationale);

    /// <summary>The annotations whose result is not what the calculation gives, to the decimals that are written.</summary>
    public static IReadOnlyList<string> Wrong(string rationale) =>
        [.. Annotated().Matches(rationale)
            .Where(match => Calculator.TryEvaluateNumber(Plain(match.Groups["left"].Value), out var value)
                && !IsRounded(value, Plain(match.Groups["right"].Value)))
            .Select(match => match.Value)];

    /// <summary>How many calculations in plain text have no annotation, and give what is written.</summary>
    public static int Missing(string rationale) => Bare(rationale).Count(calculation => calculation.IsExact);

    /// <summary>The rationale with <c>&lt;&lt;left=right&gt;&gt;</c> before the result of each plain calculation that the calculator gives
    /// exactly. Annotated a second time it stays as it is.</summary>
    public static string Annotate(string rationale)
    {
        var annotated = new StringBuilder(rationale);
        foreach (var (left, right, at, isExact) in Bare(rationale).Reverse())
        {
            if (isExact)
            {
                annotated.Insert(at, $"<<{left}={right}>>");
            }
        }

        return annotated.ToString();
    }

    // Where the result begins, and whether the calculator would write it so.
    private static IEnumerable<(string Left, string Right, int At, bool IsExact)> Bare(string rationale)
    {
        for (var match = Calculation().Match(rationale); match.Success; match = match.NextMatch())
        {
            // Not the end of a longer one, nor within an annotation, nor the beginning of "= 5 + 2".
            var before = rationale.AsSpan(0, match.Index).TrimEnd();
            var after = rationale.AsSpan(match.Index + match.Length).TrimStart();
            var isPart = before.Length > 0 && before[^1] is '<' or '=' or '+' or '-' or '*' or '/' or '.' or '(' or ')' or '^'
                || match.Index > 0 && (char.IsLetterOrDigit(rationale[match.Index - 1]) || rationale[match.Index - 1] == ',')
                || after.Length > 0 && after[0] is '>' or '+' or '*' or '/' or '=' or '^' or '('
                || after.Length > 1 && after[0] == '-' && after[1] is ' ' or (>= '0' and <= '9');
            if (isPart)
            {
                continue;
            }

            var (left, right) = (Plain(match.Groups["left"].Value), match.Groups["right"].Value);
            yield return (
                left, Plain(right), match.Groups["right"].Index,
                Calculator.TryEvaluate(left, out var result) && result == Plain(right)
                && Calculator.TryEvaluateNumber(left, out var value)
                && Math.Abs(value - double.Parse(result, CultureInfo.InvariantCulture)) < 1e-9 * Math.Max(1, Math.Abs(value)));
        }
    }

    private static bool IsRounded(double value, string written)
    {
        if (!double.TryParse(written, CultureInfo.InvariantCulture, out var number))
        {
            return true;                                       // another calculation, or a word: nothing to compare with
        }

        var point = written.IndexOf('.', StringComparison.Ordinal);
        var step = Math.Pow(10, point < 0 ? 0 : -(written.Length - point - 1));
        return Math.Abs(value - number) <= 0.5 * step * (1 + 1e-9) + 1e-9 * Math.Abs(value);
    }

    private static string Plain(string text) =>
        string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c is not '$' and not ',')).Replace('\u00D7', '*').Replace('x', '*')
            .Replace('\u00F7', '/').Replace('\u2212', '-');

    [GeneratedRegex(
        "<<(?<left>[^<>=]+)=(?<right>[^<>=]+)>>",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Annotated();

    [GeneratedRegex(
        @"(?<left>\$?[0-9][0-9,]*(\.[0-9]+)?%?( ?[-+*/x\u00D7\u00F7\u2212] ?\$?[0-9][0-9,]*(\.[0-9]+)?%?)+)"
        + @" ?= ?\$?(?<right>[0-9][0-9,]*(\.[0-9]+)?)",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Calculation();
}
