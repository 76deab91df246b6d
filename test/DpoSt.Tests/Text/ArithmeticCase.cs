using System.Globalization;
using System.Numerics;
using CsCheck;

namespace DpoSt.Tests.Text;

/// <summary>A random expression with its exact value, computed beside the text; a zero denominator says that it has none.</summary>
internal sealed record ArithmeticCase(string Text, BigInteger Numerator, BigInteger Denominator)
{
    private static readonly Gen<ArithmeticCase> Number =
        Gen.Select(Gen.Int[0, 9999], Gen.Int[0, 2], Gen.Bool, (digits, decimals, spaced) =>
        {
            var scale = BigInteger.Pow(10, decimals);
            var format = decimals == 0 && digits >= 1000 && spaced ? "#,0" : "F" + decimals.ToString(CultureInfo.InvariantCulture);
            var text = (digits / (decimal)scale).ToString(format, CultureInfo.InvariantCulture);
            return new ArithmeticCase(spaced ? $" {text} " : text, digits, scale);
        });

    public static readonly Gen<ArithmeticCase> Any = Gen.Recursive<ArithmeticCase>((depth, inner) => depth > 4
        ? Number
        : Gen.Frequency((1, Number), (3, Gen.Select(inner, Gen.Char["+-*/"], inner, Combine)), (1, inner.Select(Percent))));

    private static ArithmeticCase Combine(ArithmeticCase a, char sign, ArithmeticCase b)
    {
        var text = $"({a.Text}{sign}{b.Text})";
        if (a.Denominator.IsZero || b.Denominator.IsZero)
        {
            return new(text, 0, 0);
        }

        return sign switch
        {
            '+' => new(text, (a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator),
            '-' => new(text, (a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator),
            '*' => new(text, a.Numerator * b.Numerator, a.Denominator * b.Denominator),
            _ => new(text, a.Numerator * b.Denominator, a.Denominator * b.Numerator),
        };
    }

    private static ArithmeticCase Percent(ArithmeticCase a) => new($"-({a.Text})%", -a.Numerator, a.Denominator * 100);
}
