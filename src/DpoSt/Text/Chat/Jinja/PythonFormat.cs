using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>Values put into texts with <c>%</c>.</summary>
internal static partial class PythonFormat
{
    /// <summary>A text whose <c>%s</c>, <c>%r</c>, <c>%d</c>, <c>%i</c> and <c>%.2f</c> take the values in turn.</summary>
    /// <exception cref="JinjaException">A place is of another kind, or there are not as many values as places.</exception>
    public static string Percent(string pattern, IReadOnlyList<object?> values, Rendering rendering)
    {
        var (text, at, used) = (new StringBuilder(), 0, 0);
        foreach (var place in Place().EnumerateMatches(pattern))
        {
            rendering.Print(text, pattern[at..place.Index]);
            at = place.Index + place.Length;
            rendering.Print(
                text, pattern[at - 1] == '%' && place.Length == 2 ? "%" : Written(pattern[place.Index..at], rendering.ChargeAll(Next())));
        }

        if (used != values.Count)
        {
            throw new JinjaException(0, $"the text has {Counted.Of(used, "place")} for {Counted.Of(values.Count, "value")}");
        }

        rendering.Print(text, pattern[at..]);
        return text.ToString();

        object? Next() =>
            used < values.Count ? values[used++] : throw new JinjaException(0, "the text has more places than there are values");
    }

    private static string Written(string place, object? value) => (place[^1], value) switch
    {
        _ when place.Length > 2 && place[^1] != 'f' => throw Unknown(place),
        ('s', _) => PythonValue.Text(value),
        ('r', _) => PythonValue.Represent(value),
        ('d' or 'i', double real) => Math.Truncate(real).ToString("F0", CultureInfo.InvariantCulture),
        ('d' or 'i', _) when PythonValue.Whole(value) is { } whole => whole.ToString(CultureInfo.InvariantCulture),
        ('f', _) when PythonValue.Number(value) is { } number => number.ToString(
            place.Length == 2 ? "F6" : place.Length == 4 ? "F" + place[2] : throw Unknown(place), CultureInfo.InvariantCulture),
        _ => throw Unknown(place),
    };

    private static JinjaException Unknown(string place) =>
        new(0, $"{(place.Length > 20 ? place[..20] : place)} is not supported for this value in a text");

    [GeneratedRegex("%(?:[-+ #0]*[0-9]*(?:\\.[0-9]*)?[A-Za-z%]|.?)", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
