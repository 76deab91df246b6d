using System.Globalization;
using System.Numerics;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Grammar;

/// <summary>Keys of maps that are numbers or truth values.</summary>
internal static class PlainKey
{
    /// <summary>The key as JSON has it: <c>true</c>, <c>16</c>, <c>1.5</c>.</summary>
    public static string Text(object key) => key is bool flag ? (flag ? "true" : "false") : PythonText.Of(key);

    /// <summary>Whether a key stands in a map: as a text, or as an equal number (1, 1.0 and true are one key in Python).</summary>
    public static bool StandsIn(ConfigMap map, object key) => map.Entries.ContainsKey(key as string ?? Text(key))
        || (key is not string && map.OtherKeys.Values.Any(other => Number(other).Equals(Number(key))));

    /// <summary>The number that a key or a value is.</summary>
    public static double Number(object value) => value switch
    {
        bool flag => flag ? 1 : 0,
        DBNull => double.NegativeInfinity,
        BigInteger big => (double)big,
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };
}
