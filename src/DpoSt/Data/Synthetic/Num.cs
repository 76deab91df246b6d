using System.Globalization;

namespace DpoSt.Data.Synthetic;

/// <summary>A number as it is written: a value with its text, so that `n * price` is both 7.50 and "3 * 2.50". C# and the written text
/// share the precedence of operators; brackets are not written, so schemas do without them.</summary>
internal readonly record struct Num(decimal Value, string Text)
{
    /// <summary>The result alone, in the calculator's spelling: no trailing zeros.</summary>
    public Num Evaluated => new(Value, Value.ToString("0.##", CultureInfo.InvariantCulture));

    public bool IsWhole => decimal.IsInteger(Value);

    /// <summary>Whether the calculator's two decimals hold the value exactly.</summary>
    public bool IsExact => decimal.Round(Value, 2) == Value;

    public static implicit operator Num(int value) => new(value, value.ToString(CultureInfo.InvariantCulture));
    public static Num operator +(Num a, Num b) => new(a.Value + b.Value, $"{a.Text} + {b.Text}");
    public static Num operator -(Num a, Num b) => new(a.Value - b.Value, $"{a.Text} - {b.Text}");
    public static Num operator *(Num a, Num b) => new(a.Value * b.Value, $"{a.Text} * {b.Text}");
    public static Num operator /(Num a, Num b) => new(a.Value / b.Value, $"{a.Text} / {b.Text}");

    /// <summary>An amount of money in cents as a price: 250 is "2.50", 300 is "3".</summary>
    public static Num Cents(int cents)
    {
        var value = cents / 100m;
        return new(value, value.ToString(cents % 100 == 0 ? "0" : "0.00", CultureInfo.InvariantCulture));
    }

    public override string ToString() => Text;
}
