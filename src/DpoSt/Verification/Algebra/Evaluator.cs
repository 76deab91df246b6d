using System.Numerics;
using Fractions;

namespace DpoSt.Verification.Algebra;

/// <summary>Evaluates a scalar where its variables have given values; exactly as long as that is little work.</summary>
/// <param name="point">Which values the variables have; equal names have equal ones.</param>
internal sealed class Evaluator(int point)
{
    // Bits of exact results after which the rest is floating-point arithmetic.
    private const long MaxWork = 60_000;
    private const int MaxFactorial = 1000;
    private const int MaxFactors = 20;

    private long work;
    private bool inRadians;

    public Quantity Of(MathNode node)
    {
        var value = node switch
        {
            Literal literal => Quantity.Of(literal.Value),
            Symbol symbol => Quantity.Of(ValueOf(symbol.Name)),
            Constant { Name: "pi" } => Quantity.Of(new Complex(Math.PI, 0)),
            Constant { Name: "e" } => Quantity.Of(new Complex(Math.E, 0)),
            Constant { Name: "i" } => Quantity.Of(Complex.ImaginaryOne),
            Constant => Quantity.Infinity(1),
            Operation operation => Apply(operation.Kind, Of(operation.Left), Of(operation.Right)),
            Call { Function: "degrees" } degrees => Degrees(Of(degrees.Arguments[0])),
            Call call => Apply(call),
            _ => Quantity.Undefined,
        };
        if (value.Exact is { } exact)
        {
            work += exact.Numerator.GetBitLength() + exact.Denominator.GetBitLength();
            return work <= MaxWork ? value : value with { Exact = null };
        }

        return value;
    }

    // Small fractions of both signs, so that exact values stay short and roots of squares show their sign.
    private Fraction ValueOf(string name)
    {
        var bits = CounterRandom.Bits(CounterRandom.KeyOf(name), (ulong)point);
        var value = new Fraction((int)(bits % 61) + 7, (int)(bits >> 32 & 15) + 5);
        return (bits >> 60 & 1) == 0 || point == 0 ? value : -value;
    }

    private Quantity Degrees(Quantity value) => inRadians ? Quantity.Of(value.Approximate * Math.PI / 180) : value;

    private static Quantity Apply(char kind, Quantity a, Quantity b)
    {
        if (a.Infinite != 0 || b.Infinite != 0)
        {
            return (kind, a.Infinite, b.Infinite) switch
            {
                ('+', not 0, 0) or ('-', not 0, 0) => a,
                ('+', 0, not 0) => b,
                ('-', 0, not 0) => Quantity.Infinity(-b.Infinite),
                _ => Quantity.Undefined,
            };
        }

        return kind switch
        {
            '^' => Power(a, b),
            '/' when b.Exact is { IsZero: true } => Quantity.Undefined,
            _ when a.Exact is { } x && b.Exact is { } y => Quantity.Of(kind switch
            {
                '+' => x + y,
                '-' => x - y,
                '*' => x * y,
                _ => x / y,
            }),
            '+' => Quantity.Of(a.Approximate + b.Approximate),
            '-' => Quantity.Of(a.Approximate - b.Approximate),
            '*' => Quantity.Of(a.Approximate * b.Approximate),
            _ => Quantity.Of(a.Approximate / b.Approximate),
        };
    }

    private static Quantity Power(Quantity a, Quantity b)
    {
        if (a.Exact is { } x && b.Exact is { } n && n.Denominator.IsOne && BigInteger.Abs(n.Numerator) <= 20_000)
        {
            var by = (int)n.Numerator;
            if (x.IsZero)
            {
                return by > 0 ? Quantity.Of(Fraction.Zero) : by == 0 ? Quantity.Of(Fraction.One) : Quantity.Undefined;
            }

            if ((x.Numerator.GetBitLength() + x.Denominator.GetBitLength()) * Math.Abs((long)by) <= 20_000)
            {
                var (over, under) = (BigInteger.Pow(x.Numerator, Math.Abs(by)), BigInteger.Pow(x.Denominator, Math.Abs(by)));
                return Quantity.Of(by < 0 ? new Fraction(under, over) : new Fraction(over, under));
            }
        }

        return Quantity.Of(Complex.Pow(a.Approximate, b.Approximate));
    }

    private Quantity Apply(Call call)
    {
        var outer = inRadians;
        inRadians |= call.Function is "sin" or "cos" or "tan" or "sec" or "csc" or "cot";
        var values = call.Arguments.Select(Of).ToArray();
        inRadians = outer;
        if (values.Any(v => v.Infinite != 0 || !v.IsDefined))
        {
            return Quantity.Undefined;
        }

        var (first, z) = (values[0], values[0].Approximate);
        return (call.Function, values.Length) switch
        {
            ("percent", 1) => Apply('/', first, Quantity.Of(new Fraction(100))),
            ("!", 1) => Factorial(first),
            ("binom", 2) => Binomial(first, values[1]),
            ("root", 2) => Root(first, values[1]),
            ("log" or "lg", 2) => Quantity.Of(Complex.Log(values[1].Approximate) / Complex.Log(z)),
            ("abs", 1) => first.Exact is { } x ? Quantity.Of(x.Abs()) : Quantity.Of(new Complex(Complex.Abs(z), 0)),
            ("floor", 1) => Rounded(first, Math.Floor),
            ("ceil", 1) => Rounded(first, Math.Ceiling),
            ("max", > 1) => values.MaxBy(v => v.Approximate.Real),
            ("min", > 1) => values.MinBy(v => v.Approximate.Real),
            ("gcd", 2) => Whole(values, BigInteger.GreatestCommonDivisor),
            ("lcm", 2) => Whole(
                values, (a, b) => a.IsZero || b.IsZero ? 0 : BigInteger.Abs(a * b) / BigInteger.GreatestCommonDivisor(a, b)),
            (var name, 1) => Quantity.Of(Function(name, z)),
            _ => Quantity.Undefined,
        };
    }

    private static Complex Function(string name, Complex z) => name switch
    {
        "sin" => Complex.Sin(z),
        "cos" => Complex.Cos(z),
        "tan" => Complex.Tan(z),
        "sec" => 1 / Complex.Cos(z),
        "csc" => 1 / Complex.Sin(z),
        "cot" => 1 / Complex.Tan(z),
        "arcsin" or "asin" => Complex.Asin(z),
        "arccos" or "acos" => Complex.Acos(z),
        "arctan" or "atan" => Complex.Atan(z),
        "sinh" => Complex.Sinh(z),
        "cosh" => Complex.Cosh(z),
        "tanh" => Complex.Tanh(z),
        "ln" => Complex.Log(z),
        "exp" => Complex.Exp(z),
        _ => new Complex(double.NaN, 0),
    };

    private static Quantity Factorial(Quantity value) =>
        value.Exact is { } n && n.Denominator.IsOne && n.Numerator.Sign >= 0 && n.Numerator <= MaxFactorial
            ? Quantity.Of(new Fraction(Enumerable.Range(1, (int)n.Numerator).Aggregate(BigInteger.One, (product, i) => product * i)))
            : Quantity.Undefined;

    private static Quantity Binomial(Quantity of, Quantity take)
    {
        if (of.Exact is not { } n || take.Exact is not { } k || !k.Denominator.IsOne || k.Numerator.Sign < 0)
        {
            return Quantity.Undefined;
        }

        // By the product, which has a meaning for a variable above too.
        return n.Denominator.IsOne && n >= k && n.Numerator <= MaxFactorial
            ? Quantity.Of(new Fraction(Enumerable.Range(1, (int)k.Numerator).Aggregate(
                BigInteger.One, (product, i) => product * (n.Numerator - k.Numerator + i) / i)))
            : k.Numerator <= MaxFactors && n.Numerator.GetBitLength() < 64
            ? Quantity.Of(Enumerable.Range(1, (int)k.Numerator).Aggregate(
                Fraction.One, (product, i) => product * (n - k + new Fraction(i)) / new Fraction(i)))
            : Quantity.Undefined;
    }

    // The real root where there is one, as schools teach.
    private static Quantity Root(Quantity degree, Quantity of)
    {
        if (degree.Exact is not { IsZero: false } n)
        {
            return degree.Exact is null ? Quantity.Of(Complex.Pow(of.Approximate, 1 / degree.Approximate)) : Quantity.Undefined;
        }

        var isOdd = n.Denominator.IsOne && !n.Numerator.IsEven;
        return isOdd && of.Approximate is { Imaginary: 0, Real: < 0 }
            ? Quantity.Of(new Complex(-Math.Pow(-of.Approximate.Real, 1 / n.ToDouble()), 0))
            : n == new Fraction(2) ? Quantity.Of(Complex.Sqrt(of.Approximate))
            : Quantity.Of(Complex.Pow(of.Approximate, 1 / n.ToDouble()));
    }

    private static Quantity Rounded(Quantity value, Func<double, double> round) =>
        value.Approximate is { Imaginary: 0, Real: var real } && Math.Abs(real) < 1e15
            ? Quantity.Of(new Fraction(new BigInteger(round(real)))) : Quantity.Undefined;

    private static Quantity Whole(Quantity[] values, Func<BigInteger, BigInteger, BigInteger> of) =>
        values is [{ Exact: { } a }, { Exact: { } b }] && a.Denominator.IsOne && b.Denominator.IsOne
            ? Quantity.Of(new Fraction(of(a.Numerator, b.Numerator))) : Quantity.Undefined;
}
