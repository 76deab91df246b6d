using System.Globalization;
using System.Text.RegularExpressions;

namespace DpoSt.Verification;

/// <summary>The number a rationale ends with, after <c>####</c>. What the paper's repository reads is read the same ("# 8", "#### 27.",
/// "#### 5 apples", the last of several); where it sees nothing although a number stands there ("#### $5", "####5", "#### +5"), it is read
/// too.</summary>
internal static class FinalAnswer
{
    /// <summary>Two answers nearer than this are the same. One rule everywhere.</summary>
    public const double Tolerance = 1e-4;

    // Linear time on any text. A lone "#" counts with exactly one space behind it, so that "apartment #5" is not an answer.
    private static readonly Regex Mark = new(
        @"(####\s*|# )([$£€] ?)?(?<sign>[-+]?)([$£€] ?)?(?<number>[0-9.,]+)",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>The answer of a text, null where it has none. Commas are dropped and full stops at the end are punctuation.</summary>
    public static double? Extract(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Last(text) is var (sign, at, length) ? Parse(sign, text.Substring(at, length)) : null;
    }

    /// <summary>The sign and the place of the digits behind the last mark; null where there is no mark with a number.</summary>
    internal static (string Sign, int At, int Length)? Last(string text)
    {
        Match? last = null;
        for (var match = Mark.Match(text); match.Success; match = match.NextMatch())
        {
            last = match;
        }

        return last is null ? null : (last.Groups["sign"].Value, last.Groups["number"].Index, last.Groups["number"].Length);
    }

    /// <summary>Whether two answers are the same number; a missing answer is the same as nothing, another missing one included.</summary>
    public static bool AreSame(double? a, double? b) => Math.Abs((a ?? double.NaN) - (b ?? double.NaN)) < Tolerance;

    private static double? Parse(string sign, string number)
    {
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        var plain = sign + number.Replace(",", "", StringComparison.Ordinal).TrimEnd('.');
        return double.TryParse(plain, style, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
