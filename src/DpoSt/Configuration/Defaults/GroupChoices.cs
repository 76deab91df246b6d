using DpoSt.Configuration.Overrides;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Defaults;

/// <summary>What the command line and the <c>override</c> entries of files choose of groups. The command line wins, then the file that is
/// read first: a file is read before its defaults, and of those the last one first.</summary>
internal sealed class GroupChoices
{
    private readonly Dictionary<string, Chosen> chosen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Override Change, string? Name)> removed = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, (string? Name, ConfigSource Source)> known = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    /// <summary>The choices of the command line.</summary>
    /// <exception cref="UserErrorException">One has no name of a file.</exception>
    public GroupChoices(IEnumerable<Override> overrides)
    {
        var added = new List<DefaultsEntry>();
        foreach (var change in overrides)
        {
            var key = change.Key.ToString();
            switch (change.Kind)
            {
                case OverrideKind.Force:
                    throw new UserErrorException($"{change.Source}: '++' is not supported for a group; "
                        + $"write +{Shown.Text(key)}=... to add a choice or {Shown.Text(key)}=... to change one.");
                case OverrideKind.Delete:
                    removed[key] = (change, change.Value switch
                    {
                        null or ConfigScalar { Value: null } => null,
                        ConfigScalar { Value: string name } => name,
                        _ => throw NoName(change),
                    });
                    break;
                case var kind:
                    var choice = change.Value is ConfigScalar { Value: null } ? null : GroupChoice.Of(change.Value);
                    if (choice is null)
                    {
                        throw NoName(change);
                    }

                    if (kind == OverrideKind.Add)
                    {
                        added.Add(new DefaultsEntry(change.Source, change.Key.Path, change.Key.Package, choice) { IsAdded = true });
                    }
                    else
                    {
                        chosen[key] = new Chosen(choice, change.Source, IsCommandLine: true);
                    }

                    break;
            }
        }

        Added = added;
    }

    private sealed record Chosen(GroupChoice Choice, ConfigSource Source, bool IsCommandLine);

    /// <summary>The groups that the command line adds to the first file's defaults.</summary>
    public IReadOnlyList<DefaultsEntry> Added { get; }

    /// <summary>The choices made so far, for names of files that refer to them.</summary>
    public ConfigMap Known
    {
        get
        {
            var map = new ConfigMap(new ConfigSource("defaults"));
            foreach (var (key, (name, source)) in known)
            {
                map.Entries[key] = new ConfigScalar(source, name ?? "null", name);
            }

            return map;
        }
    }

    /// <summary>Notes an <c>override</c> entry of a file.</summary>
    public void Override(PlacedDefault entry) =>
        chosen.TryAdd(entry.Key, new Chosen(entry.Choice!, entry.Entry.Source, IsCommandLine: false));

    /// <summary>An entry with the choice that is made for it elsewhere.</summary>
    public PlacedDefault Apply(PlacedDefault entry)
    {
        if (entry.Choice is null || !chosen.TryGetValue(entry.Key, out var choice))
        {
            return entry;
        }

        used.Add(entry.Key);
        return entry with { Choice = choice.Choice };
    }

    /// <summary>Whether the command line takes an entry out.</summary>
    public bool Removes(PlacedDefault entry)
    {
        if (entry.Choice is null || !removed.TryGetValue(entry.Key, out var removal)
            || (removal.Name is not null && removal.Name != entry.Choice.Name))
        {
            return false;
        }

        used.Add("~" + entry.Key);
        return true;
    }

    /// <summary>Notes what is chosen of a group.</summary>
    /// <exception cref="UserErrorException">Something else is chosen already.</exception>
    public void Note(PlacedDefault entry)
    {
        if (entry.Choice is { IsList: false } choice && !known.TryAdd(entry.Key, (choice.Name, entry.Entry.Source))
            && known[entry.Key].Name != choice.Name)
        {
            throw new UserErrorException($"{entry.Entry.Source}: {Shown.Text(choice.Name ?? "null")} is chosen of the group "
                + $"'{Shown.Text(entry.Key)}', and {Shown.Text(known[entry.Key].Name ?? "null")} before ({known[entry.Key].Source}); "
                + "write 'override' before the group, or no '+' on the command line.");
        }
    }

    /// <summary>Refuses choices that met no group.</summary>
    /// <exception cref="UserErrorException">There is one.</exception>
    public void RefuseUnused()
    {
        foreach (var (key, choice) in chosen.Where(c => !used.Contains(c.Key)))
        {
            var groups = known.Keys.Where(k => k.Split('@')[0] == key.Split('@')[0]).Select(Shown.Text).ToList();
            var hint = groups.Count > 0 ? $"did you mean {string.Join(" or ", groups)}?"
                : choice.IsCommandLine ? $"write +{Shown.Text(key)}=... to add it." : "leave 'override' out to choose it here.";
            throw new UserErrorException($"{choice.Source}: no defaults list chooses the group '{Shown.Text(key)}'; {hint}");
        }

        if (removed.FirstOrDefault(r => !used.Contains("~" + r.Key)) is { Key: { } unused, Value: var (change, name) })
        {
            throw new UserErrorException($"{change.Source}: no defaults list chooses {(name is null ? "" : $"{Shown.Text(name)} of ")}"
                + $"the group '{Shown.Text(unused)}', so there is nothing to remove.");
        }
    }

    private static UserErrorException NoName(Override change) =>
        new($"{change.Source}: a group takes the name of a file or a list of names; quote a name that is a number.");
}
