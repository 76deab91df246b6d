using System.Globalization;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>The functions that every template knows: Jinja's and those that transformers adds.</summary>
internal static class Functions
{
    // strftime's letters, and .NET's words for them.
    private const string Codes = "YymdHIMSpBbhAaFTDRf";

    private static readonly string[] Formats =
    [
        "yyyy", "yy", "MM", "dd", "HH", "hh", "mm", "ss", "tt", "MMMM", "MMM", "MMM", "dddd", "ddd", "yyyy-MM-dd", "HH:mm:ss", "MM/dd/yy",
        "HH:mm", "ffffff",
    ];

    private const int LongestRange = 100_000; // the sandbox's

    private static readonly Dictionary<string, Callable> Known = new Callable[]
    {
        new("range", Range),
        new("namespace", (given, _) => Map(given, isNamespace: true)),
        new("dict", (given, _) => Map(given, isNamespace: false)),
        new("raise_exception", (given, _) => throw new JinjaException(0, given.Text(0, "message"), isRaised: true)),
        new("strftime_now", (given, rendering) => rendering.Charge(Strftime(given.Text(0, "format"), rendering.Now))),
    }.ToDictionary(function => function.Name, StringComparer.Ordinal);

    /// <summary>A function, or none.</summary>
    public static Callable? Named(string name) => Known.GetValueOrDefault(name);

    /// <summary>Calls a function and refuses arguments that it does not know.</summary>
    public static object? Invoke(this Callable function, Arguments given, Rendering rendering)
    {
        var result = function.Call(given, rendering);
        given.CheckRead(function.Name);
        return result;
    }

    private static Sequence Range(Arguments given, Rendering rendering)
    {
        var isOne = given.Positional.Count == 1;
        var (first, second, step) = (given.Whole(0, "start"), given.Whole(1, "stop", 0), given.Whole(2, "step", 1));
        var (from, to) = isOne ? (0, first) : (first, second);
        var count = step == 0 ? throw new JinjaException(0, "a range cannot have a step of 0")
            : Math.Max(0, Math.Ceiling(((double)to - from) / step));
        if (count > LongestRange)
        {
            throw new JinjaException(0, $"a range has at most {LongestRange} numbers");
        }

        rendering.Charge(2 * (long)count);
        return new Sequence([.. Enumerable.Range(0, (int)count).Select(i => (object?)(from + (i * step)))]);
    }

    private static Mapping Map(Arguments given, bool isNamespace)
    {
        var map = new Mapping(isNamespace);
        foreach (var (key, value) in given.Get(0, "mapping") switch
        {
            null => [],
            Mapping source => source.AsEnumerable(),
            var pairs => PythonValue.Items(pairs).Select(pair => PythonValue.Items(pair) is [{ } k, var v] ? KeyValuePair.Create(k, v)
                : throw new JinjaException(0, "a map is made of pairs")),
        })
        {
            map[key] = value;
        }

        foreach (var (name, value) in given.All().Named)
        {
            map[name] = value;
        }

        return map;
    }

    /// <summary>A time as C's <c>strftime</c> writes it in English.</summary>
    public static string Strftime(string format, DateTime time)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var isBare = format[i + 1] == '-' && i + 2 < format.Length;
            var kind = format[i += isBare ? 2 : 1];
            var part = kind == '%' ? "%" : kind == 'j' ? $"{time.DayOfYear:000}" : Part(kind) is { } net ? time.ToString(
                net, CultureInfo.InvariantCulture)
                : throw new JinjaException(0, $"strftime_now does not know %{kind}");
            text.Append(isBare ? part.TrimStart('0').PadLeft(1, '0') : part);
        }

        return text.ToString();
    }

    private static string? Part(char kind) => Codes.IndexOf(kind, StringComparison.Ordinal) is >= 0 and var i ? Formats[i] : null;
}
