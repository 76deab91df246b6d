using System.Globalization;

namespace DpoSt.Configuration.Composition;

/// <summary>How Python spells a scalar inside a text: what OmegaConf makes of an interpolation in the middle of a text.</summary>
internal static class PythonText
{
    /// <summary><c>True</c>, <c>None</c>, <c>0.0001</c>, <c>3e-07</c>; text stays as it is.</summary>
    public static string Of(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        double number => Of(number),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Python's <c>repr</c> of a float: the shortest digits that read back; an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Of(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (text.Contains('E', StringComparison.Ordinal))
        {
            return text.Replace('E', 'e');
        }

        // .NET writes 1e16 itself without an exponent.
        return Math.Abs(value) >= 1e16
            ? value.ToString("0.################e+00", CultureInfo.InvariantCulture)
            : text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }
}
