using System.Globalization;
using System.Numerics;

namespace DpoSt.Text;

/// <summary>An exact fraction; the denominator is positive. Never reduced: an expression is short, so both parts stay short.</summary>
internal readonly record struct Rational(BigInteger Numerator, BigInteger Denominator)
{
    // Enough digits to the right of the point for a double, whatever the size of the parts.
    private static readonly BigInteger DoubleScale = BigInteger.Pow(10, 40);

    public static Rational operator +(Rational a, Rational b) =>
        new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Rational operator -(Rational a) => new(-a.Numerator, a.Denominator);
    public static Rational operator -(Rational a, Rational b) => a + (-b);
    public static Rational operator *(Rational a, Rational b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    /// <summary>a / b; <paramref name="b"/> must not be zero.</summary>
    public static Rational operator /(Rational a, Rational b)
    {
        var sign = b.Numerator.Sign;
        return new(a.Numerator * b.Denominator * sign, a.Denominator * b.Numerator * sign);
    }

    public bool IsZero => Numerator.IsZero;

    /// <summary>Whether the absolute value is below <paramref name="bound"/>.</summary>
    public bool IsBelow(BigInteger bound) => BigInteger.Abs(Numerator) < bound * Denominator;

    public double ToDouble() => (double)(Numerator * DoubleScale / Denominator) / (double)DoubleScale;

    /// <summary>An integer bare, else at most two decimals, half to even, without trailing zeros and without "-0".</summary>
    public string ToResultText()
    {
        var hundredths = RoundedHalfToEven(Numerator * 100, Denominator);
        var whole = BigInteger.DivRem(BigInteger.Abs(hundredths), 100, out var rest);
        var text = whole.ToString(CultureInfo.InvariantCulture);
        if (!rest.IsZero)
        {
            text += "." + ((int)rest).ToString("00", CultureInfo.InvariantCulture).TrimEnd('0');
        }

        return hundredths.Sign < 0 ? "-" + text : text;
    }

    private static BigInteger RoundedHalfToEven(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var twice = (BigInteger.Abs(rest) * 2).CompareTo(denominator);
        return twice > 0 || (twice == 0 && !quotient.IsEven) ? quotient + numerator.Sign : quotient;
    }
}
