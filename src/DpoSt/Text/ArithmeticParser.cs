using System.Globalization;
using System.Numerics;

namespace DpoSt.Text;

/// <summary>
/// Recursive descent over one expression:
/// <code>
/// sum     := product (('+' | '-') product)*
/// product := signed (('*' | '/') signed)*
/// signed  := ('+' | '-')* atom '%'*
/// atom    := number | '(' sum ')'
/// number  := digits ['.' digits] | '.' digits | 1 to 3 digits (',' 3 digits)+ ['.' digits]
/// </code>
/// </summary>
internal ref struct ArithmeticParser(ReadOnlySpan<char> text)
{
    private static readonly BigInteger Hundred = 100;
    private readonly ReadOnlySpan<char> text = text;
    private int position;
    private int depth;

    /// <summary>Where the text stops being arithmetic, once that was tried.</summary>
    public readonly int Position => position;

    /// <summary>Whether it was given up for dividing by zero.</summary>
    public bool DividesByZero { get; private set; }

    /// <summary>Whether it was given up for its parentheses.</summary>
    public readonly bool IsTooDeep => depth > Calculator.MaxDepth;

    public bool TryParse(out Rational value) => TrySum(out value) && Peek() == '\0' && position == text.Length;

    private bool TrySum(out Rational value)
    {
        if (!TryProduct(out value))
        {
            return false;
        }

        while (Peek() is '+' or '-')
        {
            var minus = text[position++] == '-';
            if (!TryProduct(out var right))
            {
                return false;
            }

            value = minus ? value - right : value + right;
        }

        return true;
    }

    private bool TryProduct(out Rational value)
    {
        if (!TrySigned(out value))
        {
            return false;
        }

        while (Peek() is '*' or '/')
        {
            var divides = text[position++] == '/';
            if (!TrySigned(out var right))
            {
                return false;
            }

            DividesByZero = divides && right.IsZero;
            if (DividesByZero)
            {
                return false;
            }

            value = divides ? value / right : value * right;
        }

        return true;
    }

    private bool TrySigned(out Rational value)
    {
        var negative = false;
        while (Peek() is '+' or '-')
        {
            negative ^= text[position++] == '-';
        }

        if (!TryAtom(out value))
        {
            return false;
        }

        while (Peek() == '%')
        {
            position++;
            value = value with { Denominator = value.Denominator * Hundred };
        }

        value = negative ? -value : value;
        return true;
    }

    private bool TryAtom(out Rational value)
    {
        if (Peek() != '(')
        {
            return TryNumber(out value);
        }

        position++;
        value = default;
        if (++depth > Calculator.MaxDepth || !TrySum(out value) || Peek() != ')')
        {
            return false;
        }

        position++;
        depth--;
        return true;
    }

    private bool TryNumber(out Rational value)
    {
        value = default;
        var start = position;
        var wholeDigits = SkipDigits();
        while (wholeDigits is >= 1 and <= 3 && position < text.Length && text[position] == ',')
        {
            position++;
            if (SkipDigits() != 3)
            {
                return false;
            }
        }

        var end = position;
        var decimals = 0;
        if (position < text.Length && text[position] == '.')
        {
            position++;
            decimals = SkipDigits();
            end = position;
        }

        if (wholeDigits + decimals == 0)
        {
            return false;
        }

        var digits = text[start..end].ToString().Replace(",", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        value = new(BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture), BigInteger.Pow(10, decimals));
        return true;
    }

    private int SkipDigits()
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return position - start;
    }

    /// <summary>The next character that is not a blank, '\0' at the end. A line break is not arithmetic.</summary>
    private char Peek()
    {
        while (position < text.Length && text[position] is ' ' or '\t')
        {
            position++;
        }

        return position < text.Length ? text[position] : '\0';
    }
}
