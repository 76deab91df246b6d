using System.Globalization;
using System.Text.RegularExpressions;

namespace DpoSt.Configuration.Yaml;

/// <summary>What a plain YAML scalar means to OmegaConf 2.3: PyYAML's YAML 1.1 rules, with its float rule that takes an exponent without a
/// point or sign (<c>3e-7</c>, <c>1e4</c>), and without timestamps. So <c>yes</c> and <c>on</c> are booleans, <c>y</c> is text, <c>010</c>
/// is 8.</summary>
internal static class YamlScalar
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    private static readonly Regex Integer = new(
        @"^[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*(:[0-5]?[0-9])*)\z", Options);

    private static readonly Regex Real = new(
        @"^([-+]?[0-9][0-9_]*(\.[0-9_]*([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)|[-+]?\.[0-9][0-9_]*([eE][-+]?[0-9]+)?" +
        @"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z",
        Options);

    /// <summary>Null, a bool, a long, a double or the text itself. False where a whole number does not fit into 64 bits.</summary>
    public static bool TryResolve(string text, out object? value)
    {
        value = text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
            "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
            _ => text,
        };
        if (value is not string)
        {
            return true;
        }

        if (Integer.IsMatch(text))
        {
            var fits = TryInteger(text, out var whole);
            value = whole;
            return fits;
        }

        if (Real.IsMatch(text))
        {
            value = ParseReal(text);
        }

        return true;
    }

    private static bool TryInteger(string text, out long value)
    {
        var (negative, digits) = SplitSign(text);
        var (numberBase, rest) = digits switch
        {
            ['0', 'b', .. var bits] => (2, bits),
            ['0', 'x', .. var hex] => (16, hex),
            ['0', _, ..] => (8, digits),
            _ => (10, digits),
        };
        Int128 total = 0;
        foreach (var part in rest.Split(':'))
        {
            Int128 number = 0;
            foreach (var digit in part)
            {
                number = number * numberBase + Convert.ToInt32(digit.ToString(), 16);
                if (number > long.MaxValue)
                {
                    value = 0;
                    return false;
                }
            }

            total = total * 60 + number;
            if (total > long.MaxValue)
            {
                value = 0;
                return false;
            }
        }

        value = (long)(negative ? -total : total);
        return true;
    }

    private static double ParseReal(string text)
    {
        var (negative, digits) = SplitSign(text);
        var value = digits.ToUpperInvariant() switch
        {
            ".INF" => double.PositiveInfinity,
            ".NAN" => double.NaN,
            _ => digits.Split(':').Aggregate(0.0, (sum, part) => sum * 60 + double.Parse(part, CultureInfo.InvariantCulture)),
        };
        return negative ? -value : value;
    }

    private static (bool Negative, string Digits) SplitSign(string text)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        return (digits[0] == '-', digits.TrimStart('+', '-'));
    }
}
