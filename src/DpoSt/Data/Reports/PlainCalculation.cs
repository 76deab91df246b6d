using System.Globalization;
using System.Text.RegularExpressions;
using DpoSt.Text;

namespace DpoSt.Data.Reports;

/// <summary>A calculation in a rationale's plain text, whole: <c>2 + 3 = 5</c>.</summary>
/// <param name="Written">As it stands there.</param>
/// <param name="Left">What is calculated, as the calculator reads it.</param>
/// <param name="Right">The result, as the calculator would write it.</param>
/// <param name="At">Where the result begins in the text.</param>
/// <param name="IsExact">Whether the calculator gives this result, and nothing is rounded.</param>
/// <param name="IsWrong">Whether it gives another one, however the line is read.</param>
internal sealed partial record PlainCalculation(string Written, string Left, string Right, int At, bool IsExact, bool IsWrong)
{
    // What a result in another unit is of one in the unit before: cents and dollars, minutes and hours, dozens, days and years ...
    private static readonly double[] Units = [100, 1000, 60, 3600, 1440, 24, 7, 52, 12, 365, 16, 36, 3];

    // Signs before a number that make it a part of something; dashes may be meant as minus.
    private const string GoingOn = "\u00D7\u00F7\u2212\u2013\u2014\u221A:{[_%\u2264\u2265>&";

    /// <summary>Those of a text, but for parts of longer ones and what is annotated.</summary>
    public static IEnumerable<PlainCalculation> In(string text)
    {
        for (var match = Calculation().Match(text); match.Success; match = match.NextMatch())
        {
            if (IsPart(text, match))
            {
                continue;
            }

            var (left, right) = (Plain(match.Groups["left"].Value), Plain(match.Groups["right"].Value));
            var isExact = Calculator.TryEvaluate(left, out var result) && result == right
                && Calculator.TryEvaluateNumber(left, out var value)
                && Math.Abs(value - double.Parse(result, CultureInfo.InvariantCulture)) < 1e-9 * Math.Max(1, Math.Abs(value));
            yield return new(
                match.Value.TrimEnd(','), left, right, match.Groups["right"].Index, isExact,
                !isExact && IsWrongIn(text, match, left, right));
        }
    }

    /// <summary>An expression without what only a reader needs, its signs as the calculator knows them.</summary>
    internal static string Plain(string text) =>
        string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c is not '$' and not ',')).Replace('\u00D7', '*').Replace('x', '*')
            .Replace('\u00F7', '/').Replace('\u2212', '-');

    /// <summary>Whether a number is written to its own decimals, or is no number to compare with.</summary>
    internal static bool IsRounded(double value, string written, double share = 0.5) =>
        !double.TryParse(written, CultureInfo.InvariantCulture, out var number)
        || Math.Abs(value - number) <= share * Step(written) * (1 + 1e-9) + 1e-9 * Math.Abs(value);

    private static double Step(string written) =>
        written.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? Math.Pow(10, -(written.Length - point - 1)) : 1;

    // The end of a longer one, within an annotation, or the beginning of "= 5 + 2".
    private static bool IsPart(string text, Match match)
    {
        var before = text.AsSpan(0, match.Index).TrimEnd();
        var after = text.AsSpan(match.Index + match.Length).TrimStart();
        return before.Length > 0 && before[^1] is '<' or '=' or '+' or '-' or '*' or '/' or '.' or '(' or ')' or '^'
            || match.Index > 0 && (char.IsLetterOrDigit(text[match.Index - 1]) || text[match.Index - 1] == ',')
            || after.Length > 0 && after[0] is '>' or '+' or '*' or '/' or '=' or '^' or '('
            || after.Length > 1 && after[0] == '-' && after[1] is ' ' or (>= '0' and <= '9');
    }

    // What can be meant otherwise is not called wrong: percent, ranges of numbers, other units, fractions of fractions, decimal commas,
    // and what a word, a formula or a mixed number goes on with.
    private static bool IsWrongIn(string text, Match match, string left, string right)
    {
        var before = text.AsSpan(Math.Max(0, match.Index - 40), Math.Min(40, match.Index)).TrimEnd();
        var behind = text.AsSpan(match.Index + match.Length);
        var after = behind.TrimStart();
        var isDivided = left.Contains('/', StringComparison.Ordinal);
        if (left.Contains('%', StringComparison.Ordinal) || left.Count(c => c == '/') > 1
            || !GroupedNumbers().IsMatch(match.Value) || !Calculator.TryEvaluateNumber(left, out var value) || value < 0
            || IsRounded(value, right, isDivided ? 1 : 0.5)
            || before.Length > 0 && (char.IsDigit(before[^1]) || GoingOn.Contains(before[^1]))
            || GoesOnFrom().IsMatch(before)
            || after.Length > 0 && (char.IsDigit(after[0]) || "%:_!".Contains(after[0])) || Variable().IsMatch(behind))
        {
            return false;
        }

        var ratio = value / double.Parse(right, CultureInfo.InvariantCulture);
        var hasUnit = after.Length > 0 && char.IsLetter(after[0]) || match.Value.Contains('$', StringComparison.Ordinal);
        return !(hasUnit && Array.Exists(Units, unit => Math.Abs(ratio - unit) < 1e-9 * unit || Math.Abs(ratio * unit - 1) < 1e-9))
            && !(DottedThousands().IsMatch(match.Value) && Calculator.TryEvaluateNumber(Undotted(left), out var other)
                && IsRounded(other, Undotted(right)));
    }

    private static string Undotted(string text) => text.Replace(".", "", StringComparison.Ordinal);

    [GeneratedRegex(
        @"(?<left>\$?[0-9][0-9,]*(\.[0-9]+)?%?( ?[-+*/x\u00D7\u00F7\u2212] ?\$?[0-9][0-9,]*(\.[0-9]+)?%?)+)"
        + @" ?= ?\$?(?<right>[0-9][0-9,]*(\.[0-9]+)?)",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Calculation();

    // Commas stand before thousands alone; one behind the result is the sentence's.
    [GeneratedRegex(
        @"^\$?(([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?%?([^0-9,.]+|,?$))+$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex GroupedNumbers();

    [GeneratedRegex(
        @"^([^0-9.]*[0-9]{1,3}(\.[0-9]{3})*([^0-9.]|$))+$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DottedThousands();

    // A command of LaTeX, "times", "half of", "3 and".
    [GeneratedRegex(
        @"(\\[a-z]+|[0-9] and|\b(times|plus|minus|over|by|mod|half|twice|double|triple|squared|cubed|root|quarter|third|fourth|fifth"
        + @"|percent|((half|third|quarter|fourth|fifth|tenth|percent)s?|%|[0-9]) of))$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex GoesOnFrom();

    // "5x", "5 \times", "5 \%".
    [GeneratedRegex(
        @"^([A-Za-z]([^A-Za-z]|$)|\s*\\([a-z%]))",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
