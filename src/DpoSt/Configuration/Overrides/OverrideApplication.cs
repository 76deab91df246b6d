using System.Globalization;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Grammar;
using DpoSt.Configuration.Interpolations;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Overrides;

/// <summary>Applies overrides to a composed configuration, one after the other, as Hydra 1.3 does: only <c>+</c> and <c>++</c> add keys.
/// A map is merged into the map that is there, every other value takes its place.</summary>
internal sealed class OverrideApplication(ConfigMap root, Interpolation interpolation)
{
    /// <summary>Applies one override.</summary>
    /// <exception cref="UserErrorException">The key is missing where it must exist, or exists where it must not.</exception>
    public void Apply(Override change)
    {
        if (change.Key.Package is not null)
        {
            throw new UserErrorException($"{change.Source}: '{Shown.Text(change.Key.Path)}' is no group (no folder of configurations), "
                + "so it has no package behind '@'.");
        }

        if (change.Value is { } written)
        {
            InterpolationParser.Check(written);
        }

        if (change.Kind is OverrideKind.Add && change.Value is ConfigScalar && Existing(change) is { } existing)
        {
            var key = Shown.Text(change.Key.Path);
            throw new UserErrorException($"{change.Source}: the key {key} exists already ({existing.Node.Source}); "
                + $"write {key}=... to change it or ++{key}=... to do either.");
        }

        var names = change.Key.Path.Split('.');
        var place = new Place(root, null, "");
        for (var i = 0; i < names.Length - 1; i++)
        {
            place = new Place(Below(change, place, names[i]), place, names[i]);
        }

        if (change.Kind == OverrideKind.Delete)
        {
            Delete(change, place, names[^1]);
        }
        else
        {
            Set(change, place, names[^1]);
        }
    }

    /// <summary>What a key has now; null where it has nothing.</summary>
    private Located? Existing(Override change) =>
        interpolation.Select(change.Key.Path, change.Source) is not { Node: ConfigScalar { Value: null or "???" } } and { } found
            ? found : null;

    private ConfigNode Below(Override change, Place place, string name)
    {
        switch (Child(change, place, name))
        {
            case { } container and not ConfigScalar:
                return container;
            case var other when change.Kind is OverrideKind.Add or OverrideKind.Force:
                // A value gives way to a map, as it does in Hydra.
                var added = new ConfigMap(change.Source);
                Put(change, place, name, added, other);
                return added;
            case null:
                throw Unknown(change, change.Key.Path);
            case var other:
                throw new UserErrorException($"{change.Source}: {Shown.Text(place.KeyOf(name))} is {other.Describe()} ({other.Source}), "
                    + "so it has no keys below it.");
        }
    }

    private void Set(Override change, Place place, string name)
    {
        var existing = Child(change, place, name);
        if (change.Kind == OverrideKind.Change && existing is null)
        {
            throw Unknown(change, change.Key.Path);
        }

        if (existing is not (ConfigMap or ConfigList) || change.Value is ConfigScalar)
        {
            Put(change, place, name, change.Value!.Copy(), existing);
        }
        else if ((existing, change.Value) is (ConfigMap own, ConfigMap over))
        {
            if (change.Kind == OverrideKind.Change && FirstNew(own, over, change.Key.Path) is { } added)
            {
                throw Unknown(change, added);
            }

            new ConfigMerge(interpolation).Merge(new Place(own, place, name), over);
        }
        else if (existing is ConfigList && change.Value is ConfigList)
        {
            Put(change, place, name, change.Value.Copy(), existing);
        }
        else
        {
            throw ConfigMerge.TwoKinds(change.Source, change.Key.Path, change.Value!, existing);
        }
    }

    private void Delete(Override change, Place place, string name)
    {
        var found = Existing(change) ?? throw Unknown(change, change.Key.Path);
        if (change.Value is { } value and not ConfigScalar { Value: null } && !SameValue.Of(value, interpolation.Whole(found)))
        {
            throw new UserErrorException($"{change.Source}: the key {Shown.Text(change.Key.Path)} is {found.Node.Describe()} "
                + $"({found.Node.Source}), so it was not removed.");
        }

        if (place.Container is not ConfigMap map)
        {
            throw new UserErrorException($"{change.Source}: an item of a list cannot be removed; write the whole list that you mean.");
        }

        map.Entries.Remove(name);
    }

    private static ConfigNode? Child(Override change, Place place, string name) => place.Container switch
    {
        ConfigMap map => map.Find(name),
        ConfigList list => NumberText.Whole(name) is long index
            ? (index >= 0 && index < list.Items.Count ? list.Items[(int)index] : null)
            : throw new UserErrorException(
                $"{change.Source}: {Shown.Text(place.Key)} is a list, and '{Shown.Text(name)}' is not the number of an item."),
        _ => null,
    };

    private static void Put(Override change, Place place, string name, ConfigNode value, ConfigNode? existing)
    {
        switch (place.Container)
        {
            case ConfigMap map:
                map.OtherKeys.Remove(name);
                map.Entries[name] = value;
                break;
            case ConfigList list when existing is not null:
                list.Replace((int)(long)NumberText.Whole(name)!, value);
                break;
            case ConfigList list:
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                    $"{change.Source}: {Shown.Text(place.Key)} is a list of {list.Items.Count} items, counted from 0; "
                    + $"write the whole list to make it longer."));
        }
    }

    private static string? FirstNew(ConfigMap own, ConfigMap over, string path) => over.Entries
        .Select(e => own.Entries.GetValueOrDefault(e.Key) switch
        {
            null => $"{path}.{e.Key}",
            ConfigMap below when e.Value is ConfigMap map => FirstNew(below, map, $"{path}.{e.Key}"),
            _ => null,
        })
        .FirstOrDefault(found => found is not null);

    private UserErrorException Unknown(Override change, string key)
    {
        if (KnownKeys.OtherName(key) is { } other)
        {
            return new UserErrorException($"{change.Source}: there is no key {key}; {other}.");
        }

        var keys = Keys(root, "").ToList();
        var last = "." + key.Split('.')[^1];
        // To add another key would lead to the next refusal.
        var isOption = KnownKeys.IsOption(key);
        var option = isOption || change.Kind == OverrideKind.Delete ? null : NearestName.Of(key, KnownKeys.All);
        var near = NearestName.Of(key, keys) ?? keys.Find(k => k.EndsWith(last, StringComparison.Ordinal))
            ?? (option is null ? null : $"+{option}");
        var meant = near is null ? "" : $"; did you mean {Shown.Text(near)}?";
        var hint = change.Kind == OverrideKind.Delete || !isOption
            ? "" : $"write +{Shown.Text(change.Value is ConfigMap ? change.Key.Path : key)}=... to add it";
        var end = hint.Length == 0 ? (near is null ? "." : "") : near is null ? $"; {hint}." : $" Otherwise {hint}.";
        return new UserErrorException($"{change.Source}: there is no key {Shown.Text(key)} in the configuration{meant}{end}");
    }

    private static IEnumerable<string> Keys(ConfigMap map, string prefix) => map.Entries.SelectMany(e =>
        e.Value is ConfigMap below ? Keys(below, $"{prefix}{e.Key}.").Prepend(prefix + e.Key) : [prefix + e.Key]);
}
