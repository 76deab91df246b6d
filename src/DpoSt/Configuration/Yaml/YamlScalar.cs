using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using DpoSt.Configuration.Grammar;

namespace DpoSt.Configuration.Yaml;

/// <summary>What a plain YAML scalar means to OmegaConf 2.3: PyYAML's YAML 1.1 rules, with a second float rule that takes an exponent
/// without a point or sign (<c>3e-7</c>, <c>1e4</c>), and without timestamps. So <c>yes</c> and <c>on</c> are booleans, <c>y</c> is text,
/// <c>010</c> is 8, and <c>-.5</c> is text.</summary>
internal static class YamlScalar
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    // As Python: beyond this a number is a mistake, and reading it takes the square of its length.
    private const int MostDigits = 4300;

    private static readonly Regex Integer = new(
        @"^[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*(:[0-5]?[0-9])*)\z", Options);

    private static readonly Regex Real = new(
        @"^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|[-+]?[0-9]+(_[0-9]+)*(\.[0-9_]*)?[eE][-+]?[0-9]+" +
        @"|\.[0-9][0-9_]*([eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z",
        Options);

    /// <summary>Null, a bool, a long, a big integer, a double or the text itself. False where it has the form of a number and is none, or
    /// is a mark of YAML's own.</summary>
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
            value = Whole(text);
            return value is not null;
        }

        if (Real.IsMatch(text))
        {
            value = Number(text);
        }

        return text is not ("=" or "<<");
    }

    /// <summary>The value of a scalar under one of YAML's tags. False where it is none.</summary>
    public static bool TryConstruct(string tag, string text, out object? value)
    {
        value = tag switch
        {
            "str" => text,
            "null" => null,
            "bool" => text.ToLowerInvariant() switch
            {
                "yes" or "true" or "on" => true,
                "no" or "false" or "off" => false,
                _ => null,
            },
            "int" => Integer.IsMatch(text) ? Whole(text) : null,
            _ => Real.IsMatch(text) || (Integer.IsMatch(text) && text.Contains(':', StringComparison.Ordinal))
                ? Number(text) : NumberText.Real(text.Replace("_", "", StringComparison.Ordinal)),
        };
        return value is not null || tag == "null";
    }

    private static object? Whole(string text)
    {
        var (negative, digits) = SplitSign(text);
        var (numberBase, rest) = digits switch
        {
            ['0', 'b', .. var bits] => (2, bits),
            ['0', 'x', .. var hex] => (16, hex),
            ['0', _, ..] => (8, digits),
            _ => (10, digits),
        };
        if (rest.Length is 0 or > MostDigits)
        {
            return null;
        }

        var total = BigInteger.Zero;
        foreach (var part in rest.Split(':'))
        {
            var number = BigInteger.Zero;
            foreach (var digit in part)
            {
                number = number * numberBase + Convert.ToInt32(digit.ToString(), 16);
            }

            total = total * 60 + number;
        }

        total = negative ? -total : total;
        return total >= long.MinValue && total <= long.MaxValue ? (object)(long)total : total;
    }

    private static object Number(string text)
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
