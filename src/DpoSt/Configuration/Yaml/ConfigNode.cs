namespace DpoSt.Configuration.Yaml;

/// <summary>Where a value was written: a file and its line, or an override of the command line (line 0).</summary>
internal sealed record ConfigSource(string Place, int Line = 0)
{
    public override string ToString() => Line > 0 ? $"{Place}:{Line}" : Place;
}

/// <summary>A value of a configuration and where it comes from.</summary>
internal abstract record ConfigNode(ConfigSource Source)
{
    /// <summary>A copy that shares no map with this one.</summary>
    public abstract ConfigNode Copy();

    /// <summary>What the value is, in words for a message.</summary>
    public abstract string Describe();
}

/// <summary>A scalar: <paramref name="Value"/> is null, a bool, a long (a <see cref="System.Numerics.BigInteger"/> beyond it), a double or
/// a string, and the text as written.</summary>
internal sealed record ConfigScalar(ConfigSource Source, string Text, object? Value) : ConfigNode(Source)
{
    private const int LongestShown = 60;

    /// <summary>Whether a <c>${</c> in the text stands for itself: the text is what an interpolation gave.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Whether the text holds interpolations, or marks that would begin one but for a backslash.</summary>
    public bool IsInterpolated => !IsFinal && Value is string text && text.Contains("${", StringComparison.Ordinal);

    /// <summary>Whether the value is yet to be given.</summary>
    public bool IsMissing => Value is "???";

    public override ConfigNode Copy() => this;

    public override string Describe() => Value switch
    {
        null => "null",
        bool value => value ? "true" : "false",
        string value => $"the text '{Shorten(value)}'",
        _ => $"the number {Shorten(Text)}",
    };

    private static string Shorten(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "...";
}

/// <summary>A list.</summary>
internal sealed record ConfigList(ConfigSource Source, IReadOnlyList<ConfigNode> Items) : ConfigNode(Source)
{
    private readonly List<ConfigNode> items = [.. Items];

    public IReadOnlyList<ConfigNode> Items
    {
        get => items;
        init => items = [.. value];
    }

    /// <summary>Puts another item in the place of one.</summary>
    public void Replace(int index, ConfigNode item) => items[index] = item;

    public override ConfigNode Copy() => this with { Items = [.. Items.Select(i => i.Copy())] };
    public override string Describe() => "a list";
}

/// <summary>A map that keeps the order in which its keys were first written.</summary>
internal sealed record ConfigMap(ConfigSource Source) : ConfigNode(Source)
{
    public OrderedDictionary<string, ConfigNode> Entries { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What those keys are that are no text but a number or a truth value: references and overrides do not reach them.</summary>
    public Dictionary<string, object> OtherKeys { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The value of a key that is text; null where there is none.</summary>
    public ConfigNode? Find(string key) => OtherKeys.ContainsKey(key) ? null : Entries.GetValueOrDefault(key);

    /// <summary>Sets the value of a key that may be no text.</summary>
    public void Set(string key, object? original, ConfigNode value)
    {
        Entries[key] = value;
        if (original is not (null or string))
        {
            OtherKeys[key] = original;
        }
    }

    public override ConfigNode Copy() => Map(value => value.Copy());

    /// <summary>A map with the same keys and other values.</summary>
    public ConfigMap Map(Func<ConfigNode, ConfigNode> change)
    {
        var copy = new ConfigMap(Source);
        foreach (var (key, value) in Entries)
        {
            copy.Set(key, OtherKeys.GetValueOrDefault(key), change(value));
        }

        return copy;
    }

    public override string Describe() => "a map of keys";
}
