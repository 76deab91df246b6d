using System.Globalization;
using System.Text;
using DpoSt.Configuration.Yaml;
using DpoSt.Text;

namespace DpoSt.Configuration.Composition;

/// <summary>How Python spells a scalar inside a text: what OmegaConf makes of an interpolation in the middle of a text.</summary>
internal static class PythonText
{
    /// <summary><c>True</c>, <c>None</c>, <c>0.0001</c>, <c>3e-07</c>; text stays as it is.</summary>
    public static string Of(object? value) => value switch
    {
        null or DBNull => "None",
        bool flag => flag ? "True" : "False",
        double number => PythonSpelling.Real(number),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

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
        var quoted = new StringBuilder();
        PythonSpelling.Quote(text, quoted);
        return quoted.ToString();
    }
}
