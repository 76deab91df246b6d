using System.Numerics;
using Fractions;

namespace DpoSt.Verification.Algebra;

/// <summary>A scalar's value: exact while it stays a fraction of bounded size, and always as a floating-point number.</summary>
/// <param name="Exact">The fraction, null where it is none or too long.</param>
/// <param name="Approximate">Not finite where it is undefined or too large.</param>
/// <param name="Infinite">1 or -1 where it is written as infinite.</param>
internal readonly record struct Quantity(Fraction? Exact, Complex Approximate, int Infinite = 0)
{
    // 5000! has less: what people write stays exact, and a product of two is no work.
    private const long MaxBits = 20_000;

    public static readonly Quantity Undefined = new(null, new Complex(double.NaN, 0));

    public bool IsDefined => Infinite != 0 || Exact is not null || Complex.IsFinite(Approximate);

    public static Quantity Of(Fraction value) =>
        value.Numerator.GetBitLength() + value.Denominator.GetBitLength() > MaxBits ? new(null, ToDouble(value))
            : new(value, ToDouble(value));

    public static Quantity Of(Complex value) => new(null, value);

    public static Quantity Infinity(int sign) => new(null, new Complex(double.NaN, 0), sign);

    /// <summary>Whether two values of a formula are the same: fractions exactly, others but for rounding.</summary>
    public bool IsNear(Quantity other)
    {
        if (Infinite != 0 || other.Infinite != 0)
        {
            return Infinite == other.Infinite;
        }

        if (Exact is { } a && other.Exact is { } b)
        {
            return a == b;
        }

        var distance = Complex.Abs(Approximate - other.Approximate);
        var size = Math.Max(Complex.Abs(Approximate), Complex.Abs(other.Approximate));
        return distance <= 1e-12 || (distance <= 1e-10 * size && double.IsFinite(size));
    }

    /// <summary>Whether the other is this as a decimal number that was cut or rounded to six places or more.</summary>
    public bool IsRounded(Quantity other) =>
        Infinite == 0 && other.Infinite == 0 && Complex.Abs(Approximate - other.Approximate) is var distance
        && distance <= 5.0001e-7 && distance <= 1e-4 * Complex.Abs(Approximate);

    /// <summary>Whether the other is within a share of this.</summary>
    public bool IsWithin(Quantity other, double share) =>
        Infinite == 0 && other.Infinite == 0 && Complex.Abs(Approximate - other.Approximate) <= share * Complex.Abs(Approximate);

    private static double ToDouble(Fraction value)
    {
        // The quotient of two numbers too long for a double may well be one.
        var shift = (int)(Math.Max(value.Numerator.GetBitLength(), value.Denominator.GetBitLength()) - 1000);
        return shift <= 0
            ? value.ToDouble()
            : (double)(value.Numerator >> shift) / (double)(value.Denominator >> shift);
    }
}
