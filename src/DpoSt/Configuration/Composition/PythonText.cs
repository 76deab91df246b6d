using System.Globalization;
using System.Text;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>How Python spells a scalar inside a text: what OmegaConf makes of an interpolation in the middle of a text.</summary>
internal static class PythonText
{
    /// <summary><c>True</c>, <c>None</c>, <c>0.0001</c>, <c>3e-07</c>; text stays as it is.</summary>
    public static string Of(object? value) => value switch
    {
        null or DBNull => "None",
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

    /// <summary>Python's <c>str</c> of a value, which for a list or a map is the <c>repr</c> of what is in it.</summary>
    public static string Of(ConfigNode node) => node is ConfigScalar scalar ? Of(scalar.Value) : Repr(node);

    private static string Repr(ConfigNode node) => node switch
    {
        ConfigMap map => "{" + string.Join(", ", map.Entries.Select(
            e => $"{Repr(map.OtherKeys.GetValueOrDefault(e.Key, e.Key))}: {Repr(e.Value)}")) + "}",
        ConfigList list => "[" + string.Join(", ", list.Items.Select(Repr)) + "]",
        _ => Repr(((ConfigScalar)node).Value),
    };

    private static string Repr(object? value) => value is string text ? Quoted(text) : Of(value);

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                var c when c == quote => $"\\{quote}",
                var c when IsPrintable(rune) => rune.ToString(),
                var c => c < 0x100 ? $"\\x{c:x2}" : c < 0x10000 ? $"\\u{c:x4}" : $"\\U{c:x8}",
            });
        }

        return quoted.Append(quote).ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
