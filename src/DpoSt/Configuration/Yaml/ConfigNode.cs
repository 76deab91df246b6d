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

/// <summary>A scalar: <paramref name="Value"/> is null, a bool, a long, a double or a string, and the text as written.</summary>
internal sealed record ConfigScalar(ConfigSource Source, string Text, object? Value) : ConfigNode(Source)
{
    private const int LongestShown = 60;

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
    public override ConfigNode Copy() => this with { Items = [.. Items.Select(i => i.Copy())] };
    public override string Describe() => "a list";
}

/// <summary>A map that keeps the order in which its keys were first written.</summary>
internal sealed record ConfigMap(ConfigSource Source) : ConfigNode(Source)
{
    public OrderedDictionary<string, ConfigNode> Entries { get; init; } = new(StringComparer.Ordinal);

    public override ConfigNode Copy()
    {
        var copy = new ConfigMap(Source);
        foreach (var (key, value) in Entries)
        {
            copy.Entries.Add(key, value.Copy());
        }

        return copy;
    }

    public override string Describe() => "a map of keys";

    /// <summary>Lays another map over this one: maps are merged key by key, everything else (lists too) is replaced.</summary>
    public void Merge(ConfigMap over)
    {
        foreach (var (key, value) in over.Entries)
        {
            if (value is ConfigMap map && Entries.GetValueOrDefault(key) is ConfigMap own)
            {
                own.Merge(map);
            }
            else
            {
                Entries[key] = value.Copy();
            }
        }
    }
}
