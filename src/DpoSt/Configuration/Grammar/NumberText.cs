using System.Globalization;
using System.Numerics;

namespace DpoSt.Configuration.Grammar;

/// <summary>Numbers as Python writes them: underscores between digits, infinities, whole numbers of any size.</summary>
internal static class NumberText
{
    // As Python: beyond this a number is a mistake, and reading it takes the square of its length.
    private const int MostDigits = 4300;

    /// <summary>The number of the grammar at <paramref name="at"/>; unknown where there is none.</summary>
    public static (ValueToken Kind, int End) At(string text, int at)
    {
        var start = at + (text[at] is '+' or '-' ? 1 : 0);
        if (start > at && start + 3 <= text.Length && text.AsSpan(start, 3) is var word
            && (word.Equals("inf", StringComparison.OrdinalIgnoreCase) || word.Equals("nan", StringComparison.OrdinalIgnoreCase)))
        {
            return (ValueToken.Real, start + 3);
        }

        // A whole number has no zero in front; what follows one is another token.
        var whole = start < text.Length && text[start] == '0' ? start + 1 : Digits(text, start);
        var end = whole;
        if (end < text.Length && text[end] == '.' && (whole > start || Digits(text, end + 1) > end + 1))
        {
            end = Digits(text, end + 1);
        }

        if (end == start)
        {
            return (ValueToken.Unknown, at + 1);
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var exponent = end + 1 + (end + 1 < text.Length && text[end + 1] is '+' or '-' ? 1 : 0);
            end = Digits(text, exponent) is var last && last > exponent ? last : end;
        }

        return (end == whole ? ValueToken.Whole : ValueToken.Real, end);
    }

    /// <summary>A long, or a <see cref="BigInteger"/> where that is too small; null where the text is no whole number.</summary>
    public static object? Whole(string text)
    {
        var digits = text.Trim();
        var start = digits is ['+' or '-', ..] ? 1 : 0;
        if (digits.Length - start > MostDigits || start == digits.Length || Digits(digits, start) != digits.Length)
        {
            return null;
        }

        var plain = digits.Replace("_", "", StringComparison.Ordinal);
        return long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small)
            ? (object)small : BigInteger.Parse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    /// <summary>A number with a point, an exponent or neither, an infinity or NaN; null where the text is none.</summary>
    public static double? Real(string text)
    {
        var number = text.Trim();
        var start = number is ['+' or '-', ..] ? 1 : 0;
        var negative = number is ['-', ..];
        switch (number[start..].ToLowerInvariant())
        {
            case "inf" or "infinity":
                return negative ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan":
                return double.NaN;
        }

        var whole = Digits(number, start);
        var end = whole;
        if (end < number.Length && number[end] == '.')
        {
            end = Digits(number, end + 1);
            if (end == start + 1)
            {
                return null;
            }
        }

        if (end == start)
        {
            return null;
        }

        if (end < number.Length && number[end] is 'e' or 'E')
        {
            var exponent = end + 1 + (end + 1 < number.Length && number[end + 1] is '+' or '-' ? 1 : 0);
            end = Digits(number, exponent) is var last && last > exponent ? last : end;
        }

        return end == number.Length
            ? double.Parse(number.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The index behind digits that single underscores may part.</summary>
    private static int Digits(string text, int at)
    {
        var end = at;
        while (end < text.Length && (char.IsAsciiDigit(text[end])
            || (text[end] == '_' && end > at && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]) && text[end - 1] != '_')))
        {
            end++;
        }

        return end;
    }
}
