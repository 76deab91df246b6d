namespace DpoSt.Text.Chat.Jinja;

/// <summary>Filters over the items of a value.</summary>
internal static class ListFilters
{
    /// <summary>The value that a filter makes, if it is one of these.</summary>
    public static object? Apply(string name, object? value, Arguments given, Rendering rendering, out bool isKnown)
    {
        isKnown = true;
        switch (name)
        {
            case "list": return new Sequence(PythonValue.Items(value));
            case "first": return PythonValue.Items(value) is [var first, ..] ? first : new Undefined("the first of nothing");
            case "last": return PythonValue.Items(value) is [.., var last] ? last : new Undefined("the last of nothing");
            case "reverse":
                var reversed = PythonValue.Items(value).Reverse();
                return value is string ? string.Concat(reversed) : new Sequence([.. reversed]);
            case "join": return Join(value, given, rendering);
            case "map": return new Sequence([.. Mapped(PythonValue.Items(value), given, rendering)]);
            case "select" or "reject": return Select(value, given, isAttribute: false, name == "select");
            case "selectattr" or "rejectattr": return Select(value, given, isAttribute: true, name == "selectattr");
            case "sort": return Sort(value, given);
            case "unique": return Unique(value, given);
            case "sum": return Sum(value, given, rendering);
            case "min" or "max": return Extreme(value, given, name == "min" ? 1 : -1);
            case "dictsort": return DictSort(value, given);
            case "groupby": return GroupBy(value, given);
            case "batch": return Batch(value, given);
            default:
                isKnown = false;
                return null;
        }
    }

    // A member by its dotted name, as map(attribute='a.b') has it.
    private static object? Member(object? item, object? attribute) => attribute is not string path ? Jinja.Member.Of(item, attribute)
        : path.Split('.').Aggregate(item, (at, key) => Jinja.Member.Of(at, long.TryParse(key, out var place) ? place : key));

    private static Func<object?, object?> KeyOf(object? attribute, bool isCaseSensitive) => item =>
        (attribute is null ? item : Member(item, attribute)) is var key && key is string text && !isCaseSensitive
            ? text.ToLowerInvariant()
            : key;

    private static string Join(object? value, Arguments given, Rendering rendering)
    {
        var (between, attribute) = (rendering.TextOf(given.Get(0, "d", "")), given.Get(1, "attribute"));
        var texts = PythonValue.Items(value).Select(item => rendering.TextOf(attribute is null ? item : Member(item, attribute)));
        return Methods.Join(between, [.. texts], rendering);
    }

    private static IEnumerable<object?> Mapped(IReadOnlyList<object?> items, Arguments given, Rendering rendering)
    {
        if (given.Positional.Count == 0)
        {
            var attribute = given.Get(0, "attribute") ?? throw new JinjaException(0, "map needs a filter or an attribute");
            var (has, otherwise) = (given.Named.ContainsKey("default"), given.Get(1, "default"));
            return items.Select(item => Member(item, attribute) is var member && member is Undefined && has ? otherwise : member);
        }

        var rest = given.All().After(1);
        return items.Select(item => Filters.Apply(given.Text(0, "filter"), item, rest, rendering));
    }

    private static Sequence Select(object? value, Arguments given, bool isAttribute, bool wanted)
    {
        given.All();
        var attribute = isAttribute ? given.Get(0, "attribute") ?? throw new JinjaException(0, "selectattr needs an attribute") : null;
        var place = isAttribute ? 1 : 0;
        var test = given.Positional.Count > place ? given.Text(place, "test") : null;
        var rest = given.After(place + 1);
        return new Sequence([.. PythonValue.Items(value).Where(item =>
        {
            var tested = isAttribute ? Member(item, attribute) : item;
            return wanted == (test is null ? PythonValue.IsTrue(tested) : Tests.Apply(test, tested, rest));
        })]);
    }

    private static Sequence Sort(object? value, Arguments given)
    {
        var (isReversed, isCaseSensitive) = (given.Flag(0, "reverse"), given.Flag(1, "case_sensitive"));
        var key = KeyOf(given.Get(2, "attribute"), isCaseSensitive);
        var order = Comparer<object?>.Create(PythonValue.Compare);
        var items = PythonValue.Items(value);
        return new Sequence([.. isReversed ? items.OrderByDescending(key, order) : items.OrderBy(key, order)]);
    }

    private static Sequence Unique(object? value, Arguments given)
    {
        var key = KeyOf(given.Get(1, "attribute"), given.Flag(0, "case_sensitive"));
        var seen = new HashSet<object>(Mapping.PythonKeys.Instance);
        return new Sequence([.. PythonValue.Items(value).Where(item => seen.Add(key(item) ?? ""))]);
    }

    private static object? Sum(object? value, Arguments given, Rendering rendering)
    {
        var (attribute, start) = (given.Get(0, "attribute"), given.Get(1, "start", 0L));
        var scope = new Scope(rendering);
        return PythonValue.Items(value).Aggregate(start, (sum, item) =>
            new Arithmetic(new Literal(sum), "+", new Literal(attribute is null ? item : Member(item, attribute))).Of(scope));
    }

    private static object? Extreme(object? value, Arguments given, int sign)
    {
        var key = KeyOf(given.Get(1, "attribute"), given.Flag(0, "case_sensitive"));
        var items = PythonValue.Items(value);
        return items.Count == 0 ? new Undefined("the least or most of nothing")
            : items.Aggregate((best, item) => sign * PythonValue.Compare(key(item), key(best)) < 0 ? item : best);
    }

    private static Sequence DictSort(object? value, Arguments given)
    {
        var map = value as Mapping ?? throw new JinjaException(0, "dictsort takes a map");
        var (isCaseSensitive, by, isReversed) = (given.Flag(0, "case_sensitive"), given.Text(1, "by", "key"), given.Flag(2, "reverse"));
        var key = KeyOf(by == "key" ? 0L : 1L, isCaseSensitive);
        var order = Comparer<object?>.Create(PythonValue.Compare);
        var pairs = Filters.Pairs(map).Items;
        return new Sequence([.. isReversed ? pairs.OrderByDescending(key, order) : pairs.OrderBy(key, order)]);
    }

    private static Sequence GroupBy(object? value, Arguments given)
    {
        var attribute = given.Get(0, "attribute");
        var key = KeyOf(attribute, given.Flag(2, "case_sensitive"));
        given.Get(1, "default");
        var order = Comparer<object?>.Create(PythonValue.Compare);
        var groups = new List<(object? Key, List<object?> Items)>();
        foreach (var item in PythonValue.Items(value).OrderBy(key, order))
        {
            if (groups.Count == 0 || !PythonValue.Equal(key(groups[^1].Items[0]), key(item)))
            {
                groups.Add((Member(item, attribute), []));
            }

            groups[^1].Items.Add(item);
        }

        return new Sequence([.. groups.Select(group => new Sequence([group.Key, new Sequence(group.Items)], IsTuple: true))]);
    }

    private static Sequence Batch(object? value, Arguments given)
    {
        var size = given.Whole(0, "linecount") is > 0 and < int.MaxValue and var whole
            ? (int)whole
            : throw new JinjaException(0, "batch needs a size");
        var fill = given.Get(1, "fill_with");
        return new Sequence([.. PythonValue.Items(value).Chunk(size).Select(chunk =>
            new Sequence(fill is null ? chunk : [.. chunk, .. Enumerable.Repeat(fill, Math.Min(size, 10_000) - chunk.Length)]))]);
    }
}
