using System.Globalization;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>What <c>|</c> makes of a value: Jinja's filters as far as chat templates can use them.</summary>
internal static class Filters
{
    /// <summary>The value that a filter makes.</summary>
    /// <exception cref="JinjaException">There is no such filter, or it does not take this value.</exception>
    public static object? Apply(string name, object? value, Arguments given, Rendering rendering)
    {
        Weigh(value, rendering);
        var result = OfAny(name, value, given, rendering, out var isKnown);
        result = isKnown ? result : ListFilters.Apply(name, value, given, rendering, out isKnown);
        result = isKnown ? result : OfText(name, value, given, rendering, out isKnown);
        if (!isKnown)
        {
            throw new JinjaException(0, $"the filter '{name}' is not known");
        }

        given.CheckRead($"the filter '{name}'");
        Weigh(result, rendering);
        return result;
    }

    /// <summary>The keys of a map with their values, as tuples.</summary>
    public static Sequence Pairs(Mapping map) => new([.. map.Select(entry => new Sequence([entry.Key, entry.Value], IsTuple: true))]);

    private static void Weigh(object? value, Rendering rendering) =>
        _ = value is string text ? rendering.Charge(text) : value is Sequence list ? rendering.Charge(list.Items) : (object?)null;

    private static object? OfAny(string name, object? value, Arguments given, Rendering rendering, out bool isKnown)
    {
        isKnown = true;
        switch (name)
        {
            case "default" or "d":
                var (otherwise, all) = (given.Get(0, "default_value", ""), given.Flag(1, "boolean"));
                return value is Undefined || (all && !PythonValue.IsTrue(value)) ? otherwise : value;
            case "length" or "count": return PythonValue.Length(value);
            case "string" or "safe": return rendering.TextOf(value);
            case "tojson": return Json(value, given, rendering);
            case "attr": return Methods.Of(value, given.Text(0, "name")) ?? (object)new Undefined(given.Text(0, "name"));
            case "abs": return value is double real ? (object)Math.Abs(real) : Math.Abs(PythonValue.Whole(value) ?? throw No("abs", value));
            case "float": return PythonValue.Number(value) ?? Real(value) ?? given.Get(0, "default", 0.0);
            case "int": return Whole(value, given.Get(0, "default", 0L));
            case "round": return Round(value, given);
            case "items": return value is Mapping map ? Pairs(map) : value is Undefined ? new Sequence([]) : throw No("items", value);
            default:
                isKnown = false;
                return null;
        }
    }

    private static object? OfText(string name, object? value, Arguments given, Rendering rendering, out bool isKnown)
    {
        isKnown = true;
        var text = rendering.TextOf(value);
        switch (name)
        {
            case "trim": return PythonText.Trim(text, given.Get(0, "chars") as string);
            case "upper": return text.ToUpperInvariant();
            case "lower": return text.ToLowerInvariant();
            case "capitalize": return Methods.Capital(text);
            case "title": return PythonText.Title(text);
            case "replace":
                var (old, with) = (rendering.TextOf(given.Get(0, "old")), rendering.TextOf(given.Get(1, "new")));
                return Methods.Replace(text, old, with, given.Get(2, "count") is long most ? most : -1, rendering);
            case "format": return PythonFormat.Percent(text, given.All().Positional, rendering);
            case "indent": return Indent(text, given, rendering);
            case "truncate": return Truncate(text, given);
            case "center": return Center(text, given.Whole(0, "width", 80));
            case "wordcount": return (long)PythonText.Split(text, null, -1).Count;
            default:
                isKnown = false;
                return null;
        }
    }

    private static JinjaException No(string name, object? value) => new(0, $"the filter '{name}' does not take {PythonValue.Kind(value)}");

    private static string Json(object? value, Arguments given, Rendering rendering)
    {
        var isAscii = given.Flag(0, "ensure_ascii");
        var indent = given.Get(1, "indent") switch
        {
            null => null,
            string text => text,
            var width => new string(' ', (int)Math.Clamp(PythonValue.Whole(width) ?? throw No("tojson", value), 0, 100)),
        };
        var separators = given.Get(2, "separators") is { } both ? PythonValue.Items(both) : [indent is null ? ", " : ",", ": "];
        return separators is [string between, string colon]
            ? new JsonText(indent, between, colon, given.Flag(3, "sort_keys"), isAscii).Of(value, rendering) : throw No("tojson", value);
    }

    private static double? Real(object? value) =>
        double.TryParse(value as string, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;

    private static object? Whole(object? value, object? otherwise) => value switch
    {
        double real when Math.Abs(real) < 9e18 => (long)real,
        string text when long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && Math.Abs(real) < 9e18 =>
            (long)real,
        _ => PythonValue.Whole(value) ?? otherwise,
    };

    private static double Round(object? value, Arguments given)
    {
        var (digits, method) = (given.Whole(0, "precision", 0), given.Text(1, "method", "common"));
        var scale = Math.Pow(10, Math.Clamp(digits, -300, 300));
        var number = PythonValue.Number(value) ?? throw No("round", value);
        return method switch
        {
            "common" => (double)(digits is >= 0 and <= 15 && Math.Abs(number) < 1e12
                ? (double)Math.Round((decimal)number, (int)digits, MidpointRounding.ToEven) : Math.Round(number * scale) / scale),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw new JinjaException(0, "round goes by common, ceil or floor"),
        };
    }

    private static string Indent(string text, Arguments given, Rendering rendering)
    {
        var step = given.Get(0, "width", 4L) is string own ? own : new string(' ', (int)Math.Clamp(given.Whole(0, "width", 4), 0, 1000));
        var (first, blank) = (given.Flag(1, "first"), given.Flag(2, "blank"));
        var lines = PythonText.Lines(text + "\n").Cast<string>().ToList();
        rendering.Charge((long)lines.Count * step.Length / Rendering.CharactersPerUnit);
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? first : blank || line.Length > 0) ? step + line : line));
    }

    private static string Truncate(string text, Arguments given)
    {
        var (length, kills, end) = (given.Whole(0, "length", 255), given.Flag(1, "killwords"), given.Text(2, "end", "..."));
        var leeway = given.Get(3, "leeway") is null ? 5 : given.Whole(3, "leeway");
        var characters = PythonText.Characters(text).ToList();
        var kept = length - PythonText.Length(end);
        if (characters.Count <= length + leeway)
        {
            return text;
        }

        var start = kept >= 0 ? string.Concat(characters.Take((int)kept))
            : throw new JinjaException(0, "truncate needs a length beyond its end's");
        var space = start.LastIndexOf(' ');
        return (kills || space < 0 ? start : start[..space]) + end;
    }

    private static string Center(string text, long width)
    {
        var missing = Math.Clamp(width - PythonText.Length(text), 0, 10_000);
        var left = (missing / 2) + (missing & width & 1);
        return new string(' ', (int)left) + text + new string(' ', (int)(missing - left));
    }
}
