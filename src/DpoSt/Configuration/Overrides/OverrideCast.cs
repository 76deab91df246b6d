using System.Numerics;
using DpoSt.Configuration.Grammar;

namespace DpoSt.Configuration.Overrides;

/// <summary>Python's conversions between texts, numbers and truth values, as Hydra's casts use them.</summary>
internal static class OverrideCast
{
    /// <summary>The value as <c>int</c>, <c>float</c>, <c>str</c> or <c>bool</c>; null where it has none.</summary>
    public static object? To(string type, object value) => type switch
    {
        "int" => value switch
        {
            string text => NumberText.Whole(text),
            double number => double.IsFinite(number) ? Fit(new BigInteger(number)) : null,
            bool flag => flag ? 1L : 0L,
            _ => value,
        },
        "float" => value is string text ? NumberText.Real(text) : PlainKey.Number(value),
        "bool" => value is string word ? word.ToLowerInvariant() switch
        {
            "true" => true,
            "false" => false,
            _ => null,
        }
        : PlainKey.Number(value) != 0,
        _ => Text(value),
    };

    /// <summary>The value as text, with <c>true</c> and <c>false</c> in small letters.</summary>
    public static string Text(object value) => PlainKey.Text(value);

    private static object Fit(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
}
