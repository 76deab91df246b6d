namespace DpoSt.Text.Chat.Jinja;

/// <summary>
/// Python's methods of texts, lists and maps. Those that would change a value do not exist, as in the sandbox of the original.
/// </summary>
internal static class Methods
{
    /// <summary>A method of a value as something to call, or none. A namespace has no methods; its values are its members.</summary>
    public static Callable? Of(object? target, string name) => target switch
    {
        string text when OfText(text, name) is { } method => Wrap(name, text, method),
        string text when Growing(text, name) is { } method => new Callable(name, method),
        Mapping { IsNamespace: false } map when OfMap(map, name) is { } method => Wrap(name, target, method),
        Sequence list when OfList(list, name) is { } method => Wrap(name, target, method),
        _ => null,
    };

    private static Callable Wrap(string name, object target, Func<Arguments, object?> method) => new(name, (given, rendering) =>
    {
        rendering.Charge(target is string text ? text.Length / Rendering.CharactersPerUnit : PythonValue.Length(target));
        var result = method(given);
        _ = result is string made ? rendering.Charge(
            made) : result is Sequence { Items: var items } ? rendering.Charge(items) : (object?)null;
        return result;
    });

    private static Func<Arguments, object?>? OfText(string text, string name) => name switch
    {
        "strip" => a => PythonText.Trim(text, Set(a)),
        "lstrip" => a => PythonText.TrimStart(text, Set(a)),
        "rstrip" => a => PythonText.TrimEnd(text, Set(a)),
        "upper" => _ => text.ToUpperInvariant(),
        "lower" => _ => text.ToLowerInvariant(),
        "casefold" => _ => text.ToLowerInvariant(),
        "title" => _ => PythonText.Title(text),
        "capitalize" => _ => Capital(text),
        "split" => a => new Sequence(PythonText.Split(text, Separator(a), a.Whole(1, "maxsplit", -1))),
        "rsplit" => a => new Sequence(PythonText.SplitFromEnd(text, Separator(a), a.Whole(1, "maxsplit", -1))),
        "splitlines" => _ => new Sequence(PythonText.Lines(text)),
        "startswith" => a => Any(a, part => text.StartsWith(part, StringComparison.Ordinal)),
        "endswith" => a => Any(a, part => text.EndsWith(part, StringComparison.Ordinal)),
        "removeprefix" => a => text.StartsWith(a.Text(0, "prefix"), StringComparison.Ordinal) ? text[a.Text(0, "prefix").Length..] : text,
        "removesuffix" => a => text.EndsWith(a.Text(0, "suffix"), StringComparison.Ordinal) ? text[..^a.Text(0, "suffix").Length] : text,
        "find" => a => Place(text, text.IndexOf(a.Text(0, "sub"), StringComparison.Ordinal)),
        "rfind" => a => Place(text, text.LastIndexOf(a.Text(0, "sub"), StringComparison.Ordinal)),
        "index" => a => text.IndexOf(a.Text(0, "sub"), StringComparison.Ordinal) is >= 0 and var at ? Place(text, at)
            : throw new JinjaException(0, "index does not find its text"),
        "count" => a => a.Text(0, "sub") is { Length: > 0 } part ? (long)text.AsSpan().Count(part) : PythonText.Length(text) + 1,
        "partition" => a => Parted(text, a.Text(0, "sep"), text.IndexOf(a.Text(0, "sep"), StringComparison.Ordinal), isLast: false),
        "rpartition" => a => Parted(text, a.Text(0, "sep"), text.LastIndexOf(a.Text(0, "sep"), StringComparison.Ordinal), isLast: true),
        "ljust" => a => text + Fill(text, a),
        "rjust" => a => Fill(text, a) + text,
        "isdigit" or "isnumeric" or "isdecimal" => _ => text.Length > 0 && text.All(char.IsDigit),
        "isalpha" => _ => text.Length > 0 && text.All(char.IsLetter),
        "isalnum" => _ => text.Length > 0 && text.All(char.IsLetterOrDigit),
        "isspace" => _ => text.Length > 0 && text.All(PythonText.IsSpace),
        "isupper" => _ => text.Any(char.IsUpper) && !text.Any(char.IsLower),
        "islower" => _ => text.Any(char.IsLower) && !text.Any(char.IsUpper),
        _ => null,
    };

    // Methods whose result can be much longer than what they are given.
    private static Func<Arguments, Rendering, object?>? Growing(string text, string name) => name switch
    {
        "replace" => (a, rendering) => Replace(text, a.Text(0, "old"), a.Text(1, "new"), a.Whole(2, "count", -1), rendering),
        "join" => (a, rendering) => Join(
            text, [.. PythonValue.Items(a.Get(0, "iterable")).Select(
                i => i as string ?? throw new JinjaException(0, "join takes texts only"))],
            rendering),
        _ => null,
    };

    private static Func<Arguments, object?>? OfMap(Mapping map, string name) => name switch
    {
        "get" => a => a.Get(1, "default") is var otherwise && a.Get(0, "key") is { } key && map.TryGetValue(key, out var value)
            ? value
            : otherwise,
        "keys" => _ => new Sequence([.. map.Keys]),
        "values" => _ => new Sequence([.. map.Values]),
        "items" => _ => Filters.Pairs(map),
        _ => null,
    };

    private static Func<Arguments, object?>? OfList(Sequence list, string name) => name switch
    {
        "count" => a => a.Get(0, "value") is var value ? (long)list.Items.Count(item => PythonValue.Equal(item, value)) : 0L,
        "index" => a => a.Get(0, "value") is var value
            && list.Items.Index().FirstOrDefault(e => PythonValue.Equal(e.Item, value), (-1, null)).Item1
            is >= 0 and var at ? (long)at : throw new JinjaException(0, "index does not find its value"),
        _ => null,
    };

    /// <summary>A text with one part in place of another, at most so many times; work is counted before it is done.</summary>
    public static string Replace(string text, string old, string with, long most, Rendering rendering)
    {
        var places = old.Length > 0 ? text.AsSpan().Count(old) : text.Length + 1;
        rendering.Charge((text.Length + ((long)places * with.Length)) / Rendering.CharactersPerUnit);
        return most < 0 && old.Length > 0 ? text.Replace(old, with, StringComparison.Ordinal)
            : old.Length > 0 ? string.Join(with, PythonText.Split(text, old, most))
            : most < 0 ? string.Join(with, [.. PythonText.Characters(text).Prepend("").Append("")])
            : throw new JinjaException(0, "replace of nothing with a count is not supported");
    }

    /// <summary>Texts with one between them; work is counted before it is done.</summary>
    public static string Join(string between, IReadOnlyList<string> texts, Rendering rendering)
    {
        rendering.Charge(texts.Sum(text => (long)text.Length + between.Length) / Rendering.CharactersPerUnit);
        return string.Join(between, texts);
    }

    /// <summary>The first letter large, the others small.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    private static string? Set(Arguments given) => given.Get(0, "chars") is null ? null : given.Text(0, "chars");

    private static string? Separator(Arguments given) => given.Get(0, "sep") is null ? null
        : given.Text(0, "sep") is { Length: > 0 } some ? some : throw new JinjaException(0, "a text cannot be cut at nothing");

    private static object Any(Arguments given, Func<string, bool> holds) => given.Get(0, "prefix") switch
    {
        string part => holds(part),
        Sequence { IsTuple: true } parts => parts.Items.Any(part => part is string text && holds(text)),
        var other => throw new JinjaException(0, $"a text begins or ends with text, not with {PythonValue.Kind(other)}"),
    };

    private static object Place(string text, int at) => at < 0 ? -1L : PythonText.Length(text[..at]);

    private static Sequence Parted(string text, string separator, int at, bool isLast) => new(
        separator.Length == 0 ? throw new JinjaException(0, "a text cannot be cut at nothing")
        : at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : isLast ? ["", "", text] : [text, "", ""], IsTuple: true);

    private static string Fill(string text, Arguments given)
    {
        var fill = given.Text(1, "fillchar", " ");
        var missing = given.Whole(0, "width") - PythonText.Length(text);
        return missing > 10_000 || fill.Length != 1 ? throw new JinjaException(0, "a text is not padded so far")
            : new string(fill[0], (int)Math.Max(missing, 0));
    }
}
