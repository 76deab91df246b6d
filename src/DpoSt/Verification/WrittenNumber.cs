using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Fractions;

namespace DpoSt.Verification;

/// <summary>A number as people write it, exactly: a sign, a currency, thousands (<c>1,200</c>, <c>8{,}000</c>), decimals, a power of ten
/// (<c>2.5e3</c>), a fraction (<c>1/2</c>, <c>1 1/2</c>), percent.</summary>
/// <param name="Value">The number; of percent the hundredth part.</param>
/// <param name="IsPercent">Whether it is written as percent.</param>
internal sealed partial record WrittenNumber(Fraction Value, bool IsPercent)
{
    // More digits than a double has places for.
    private const int MaxLength = 300;

    /// <summary>A text that is one number and nothing else, but for emphasis (<c>**72**</c>, <c>$72$</c>) and a full stop behind it; null
    /// for any other.</summary>
    public static WrittenNumber? Whole(string text)
    {
        var bare = Unwrapped(Unwrapped(text.Trim(), "**"), "$").TrimEnd('.').Trim().Replace('\u2212', '-');
        return bare.Length <= MaxLength && Form().Match(bare) is { Success: true } match && match.Length == bare.Length ? Of(match) : null;
    }

    /// <summary>The number that a text begins with, if it is more than digits: a fraction, a power of ten or percent.</summary>
    public static WrittenNumber? Beginning(string text) =>
        Form().Match(text.Length <= MaxLength ? text : text[..MaxLength]) is { Success: true } match
        && (match.Groups["power"].Success || match.Groups["under"].Success || match.Groups["percent"].Success
            || match.Groups["number"].Value.Contains('{', StringComparison.Ordinal))
            ? Of(match) : null;

    private static string Unwrapped(string text, string by) =>
        text.Length > 2 * by.Length && text.StartsWith(by, StringComparison.Ordinal) && text.EndsWith(by, StringComparison.Ordinal)
            ? text[by.Length..^by.Length].Trim() : text;

    // Null of a fraction over zero, and of "1 5/4", which no one writes for 9/4.
    private static WrittenNumber? Of(Match match)
    {
        var (whole, over, under) = (Number(match.Groups["number"].Value), Part("over"), Part("under"));
        if (match.Groups["power"] is { Success: true, Value: var power })
        {
            var by = int.Parse(power.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            var scale = new Fraction(BigInteger.Pow(10, Math.Abs(by)));
            whole = by < 0 ? whole / scale : whole * scale;
        }

        if (under is { } divisor)
        {
            if (divisor.IsZero || (over is { } part && (part >= divisor || !whole.Denominator.IsOne)))
            {
                return null;
            }

            whole = over is { } numerator ? whole + numerator / divisor : whole / divisor;
        }

        var isPercent = match.Groups["percent"].Success;
        var value = isPercent ? whole / new Fraction(100) : whole;
        var isNegative = match.Groups["sign"].Captures.Count(sign => sign.Value == "-") == 1;
        return new WrittenNumber(isNegative ? -value : value, isPercent);

        Fraction? Part(string name) => match.Groups[name] is { Success: true, Value: var digits } ? Number(digits) : null;
    }

    private static Fraction Number(string digits)
    {
        var plain = digits.Replace("{,}", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal);
        var point = plain.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : plain.Length - point - 1;
        return new Fraction(
            BigInteger.Parse(plain.Replace(".", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture),
            BigInteger.Pow(10, decimals));
    }

    // The runtime's engine without backtracking loses the groups of a match that ends with the text's last line break
    // (dotnet/runtime 120202). Here the other cannot go far: it begins at the text's beginning alone, and each part at a digit.
    [GeneratedRegex(
        @"^(?<sign>[-+])?\s?(\\?[$£€¥]\s?)?(?<sign>[-+])?"
        + @"(?<number>([0-9]{1,3}((,|\{,\})[0-9]{3})+|[0-9]+)(\.[0-9]+)?|\.[0-9]+)(?<power>[eE][-+]?[0-9]{1,3})?"
        + @"((\s+(?<over>[0-9]+))?\s*/\s*(?<under>[0-9]+))?\s*(?<percent>\\?%)?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Form();
}
