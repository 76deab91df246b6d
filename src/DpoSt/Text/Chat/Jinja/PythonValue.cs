using System.Globalization;
using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>Values as Python treats them: what is true, equal, less, in something, and how it is printed.</summary>
internal static class PythonValue
{
    /// <summary>Whether a value counts as true.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        long whole => whole != 0,
        double real => real != 0,
        string text => text.Length > 0,
        Sequence list => list.Items.Count > 0,
        Mapping { IsNamespace: false } map => map.Count > 0,
        _ => true,
    };

    /// <summary>A number, or none where the value is no number. Truth values are 0 and 1.</summary>
    public static double? Number(object? value) =>
        value switch { bool truth => truth ? 1 : 0, long whole => whole, double real => real, _ => null };

    /// <summary>A whole number, or none.</summary>
    public static long? Whole(object? value) => value switch { bool truth => truth ? 1 : 0, long whole => whole, _ => null };

    /// <summary>Whether two values are equal.</summary>
    public static bool Equal(object? one, object? other) => (one, other) switch
    {
        (null, null) or (Undefined, Undefined) => true,
        (string a, string b) => a == b,
        (Sequence a, Sequence b) =>
            a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(p => Equal(p.First, p.Second)),
        (Mapping a, Mapping b) =>
            !a.IsNamespace && a.Count == b.Count && a.All(e => b.TryGetValue(e.Key, out var value) && Equal(e.Value, value)),
        _ when Whole(one) is { } a && Whole(other) is { } b => a == b,
        _ when Number(one) is { } a && Number(other) is { } b => a.Equals(b),
        _ => ReferenceEquals(one, other),
    };

    /// <summary>Less than zero, zero or more, as the first is less than, equal to or more than the second.</summary>
    /// <exception cref="JinjaException">They have no order.</exception>
    public static int Compare(object? one, object? other)
    {
        if (one is string a && other is string b)
        {
            return PythonText.Compare(a, b);
        }

        if (one is Sequence first && other is Sequence second && first.IsTuple == second.IsTuple)
        {
            var differing = first.Items.Zip(second.Items).FirstOrDefault(p => !Equal(p.First, p.Second), (null, null));
            return Equal(differing.First, differing.Second) ? first.Items.Count.CompareTo(second.Items.Count)
                : Compare(differing.First, differing.Second);
        }

        return Whole(one) is { } i && Whole(other) is { } j ? i.CompareTo(j)
            : Number(one) is { } x && Number(other) is { } y ? x.CompareTo(y)
            : throw new JinjaException(0, $"{Kind(one)} and {Kind(other)} have no order");
    }

    /// <summary>Whether a value is in a text, a list or among the keys of a map.</summary>
    public static bool Contains(object? container, object? value) => container switch
    {
        string text => value is string part ? text.Contains(part, StringComparison.Ordinal)
            : throw new JinjaException(0, $"only text is in a text, not {Kind(value)}"),
        Sequence list => list.Items.Any(item => Equal(item, value)),
        Mapping { IsNamespace: false } map => value is not null && map.ContainsKey(value),
        Undefined => false,
        _ => throw new JinjaException(0, $"nothing is in {Kind(container)}"),
    };

    /// <summary>What a loop over a value sees: items, keys, or characters.</summary>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        Sequence list => list.Items,
        Mapping { IsNamespace: false } map => [.. map.Keys],
        string text => [.. PythonText.Characters(text)],
        Undefined => [],
        _ => throw new JinjaException(0, $"{Kind(value)} has no items"),
    };

    /// <summary>How many items, keys or characters.</summary>
    public static long Length(object? value) => value is string text ? PythonText.Length(text)
        : value is Mapping { IsNamespace: false } map ? map.Count : Items(value).Count;

    /// <summary>What kind of value it is, for messages.</summary>
    public static string Kind(object? value) => value switch
    {
        null => "none",
        Undefined undefined => $"'{undefined.Name}', which is undefined,",
        bool => "a truth value",
        long => "a whole number",
        double => "a number",
        string => "text",
        Sequence list => list.IsTuple ? "a tuple" : "a list",
        Mapping map => map.IsNamespace ? "a namespace" : "a map",
        _ => "a function",
    };

    /// <summary>The text that printing a value gives.</summary>
    public static string Text(object? value) => value switch { string text => text, Undefined => "", _ => Represent(value) };

    /// <summary>The text by which Python's <c>repr</c> shows a value.</summary>
    /// <exception cref="JinjaException">The value is a function, whose text nobody needs.</exception>
    public static string Represent(object? value)
    {
        var text = new StringBuilder();
        Represent(value, text);
        return text.ToString();
    }

    private static void Represent(object? value, StringBuilder text)
    {
        switch (value)
        {
            case null: text.Append("None"); break;
            case Undefined: text.Append("Undefined"); break;
            case bool truth: text.Append(truth ? "True" : "False"); break;
            case long whole: text.Append(CultureInfo.InvariantCulture, $"{whole}"); break;
            case double real: text.Append(PythonSpelling.Real(real)); break;
            case string plain: PythonSpelling.Quote(plain, text); break;
            case Sequence list:
                text.Append(list.IsTuple ? '(' : '[');
                Join(list.Items, text, item => Represent(item, text));
                text.Append(list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
                break;
            case Mapping { IsNamespace: false } map:
                text.Append('{');
                Join(map, text, entry =>
                {
                    Represent(entry.Key, text);
                    text.Append(": ");
                    Represent(entry.Value, text);
                });
                text.Append('}');
                break;
            default: throw new JinjaException(0, $"{Kind(value)} cannot be printed");
        }
    }

    private static void Join<T>(IEnumerable<T> items, StringBuilder text, Action<T> append)
    {
        foreach (var (i, item) in items.Index())
        {
            text.Append(i == 0 ? "" : ", ");
            append(item);
        }
    }
}
