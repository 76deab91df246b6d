using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>What an override does to its key.</summary>
internal enum OverrideKind
{
    /// <summary><c>a.b=c</c>: changes a key that exists.</summary>
    Change,

    /// <summary><c>+a.b=c</c>: adds a key that does not.</summary>
    Add,

    /// <summary><c>++a.b=c</c>: does either.</summary>
    Force,

    /// <summary><c>~a.b</c> or <c>~a.b=c</c>: removes a key.</summary>
    Delete,
}

/// <summary>One override of the command line.</summary>
internal sealed record Override(ConfigSource Source, OverrideKind Kind, string Key, ConfigNode? Value)
{
    /// <summary>Reads <c>key=value</c>, <c>+key=value</c>, <c>++key=value</c>, <c>~key</c> or <c>~key=value</c>.</summary>
    /// <exception cref="UserErrorException">The text has none of these forms.</exception>
    public static Override Parse(string text)
    {
        var source = new ConfigSource($"override '{text}'");
        var (kind, rest) = text switch
        {
            ['+', '+', .. var tail] => (OverrideKind.Force, tail),
            ['+', .. var tail] => (OverrideKind.Add, tail),
            ['~', .. var tail] => (OverrideKind.Delete, tail),
            _ => (OverrideKind.Change, text),
        };
        var equal = rest.IndexOf('=', StringComparison.Ordinal);
        var key = (equal < 0 ? rest : rest[..equal]).Trim();
        var isKey = key.Split('.', '/', '@').All(part => part.Length > 0)
            && !key.Any(c => char.IsWhiteSpace(c) || "+~{}[],'\"".Contains(c));
        if (!isKey || (equal < 0 && kind != OverrideKind.Delete))
        {
            throw new UserErrorException($"{source}: this is not an override; expected key=value, +key=value, ++key=value or ~key.");
        }

        return new Override(source, kind, key, equal < 0 ? null : OverrideValue.Parse(rest[(equal + 1)..], source));
    }

    /// <summary>Whether this chooses a file of a group (a folder of the configurations) rather than a value.</summary>
    public bool IsGroup(string root) => Value is not ConfigMap
        && (Key.Contains('/', StringComparison.Ordinal) || Key.Contains('@', StringComparison.Ordinal)
            || (!Key.Contains('.', StringComparison.Ordinal) && Directory.Exists(Path.Combine(root, Key))));

    /// <summary>The files of the group that are chosen.</summary>
    public IReadOnlyList<string> GroupOptions() => Value switch
    {
        ConfigScalar { Value: null } or null => [],
        ConfigScalar scalar => [scalar.Text],
        ConfigList list => [.. list.Items.OfType<ConfigScalar>().Select(s => s.Text)],
        _ => throw new UserErrorException($"{Source}: a group takes the name of a file or a list of names."),
    };

    /// <summary>Applies a value override to the composed configuration.</summary>
    /// <exception cref="UserErrorException">The key is missing where it must exist, or exists where it must not.</exception>
    public void Apply(ConfigMap root)
    {
        var names = Key.Split('.');
        var map = root;
        for (var i = 0; i < names.Length - 1; i++)
        {
            map = Descend(map, names[i], string.Join('.', names[..(i + 1)]), root);
        }

        var existing = map.Entries.GetValueOrDefault(names[^1]);
        switch (Kind)
        {
            case OverrideKind.Delete:
                Delete(map, names[^1], existing, root);
                break;
            case OverrideKind.Add when existing is not (null or ConfigScalar { Value: null }) && Value is ConfigScalar:
                throw new UserErrorException(
                    $"{Source}: the key {Key} exists already ({existing.Source}); write {Key}=... to change it or ++{Key}=... "
                    + "to do either.");
            case OverrideKind.Change when existing is null:
                throw Unknown(Key, root);
            default:
                Set(map, names[^1], existing, root);
                break;
        }
    }

    private void Set(ConfigMap map, string name, ConfigNode? existing, ConfigMap root)
    {
        if (existing is not ConfigMap own || Value is not ConfigMap over)
        {
            map.Entries[name] = Value!;
            return;
        }

        if (Kind == OverrideKind.Change && FirstNew(own, over, Key) is { } added)
        {
            throw Unknown(added, root);
        }

        own.Merge(over);
    }

    private void Delete(ConfigMap map, string name, ConfigNode? existing, ConfigMap root)
    {
        if (existing is null)
        {
            throw Unknown(Key, root, hint: "");
        }

        if (Value is not null && ConfigJson.Canonical(Value) != ConfigJson.Canonical(existing))
        {
            throw new UserErrorException($"{Source}: the key {Key} is {existing.Describe()} ({existing.Source}), so it was not removed.");
        }

        map.Entries.Remove(name);
    }

    private ConfigMap Descend(ConfigMap map, string name, string path, ConfigMap root)
    {
        switch (map.Entries.GetValueOrDefault(name))
        {
            case ConfigMap next:
                return next;
            case null or ConfigScalar { Value: null } when Kind is OverrideKind.Add or OverrideKind.Force:
                var added = new ConfigMap(Source);
                map.Entries[name] = added;
                return added;
            case null:
                throw Unknown(Key, root);
            case var other:
                throw new UserErrorException($"{Source}: {path} is {other.Describe()} ({other.Source}), so it has no keys below it.");
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

    private UserErrorException Unknown(string key, ConfigMap root, string? hint = null)
    {
        var keys = Keys(root, "").ToList();
        var last = "." + key.Split('.')[^1];
        var near = NearestName.Of(key, keys) ?? keys.Find(k => k.EndsWith(last, StringComparison.Ordinal));
        var meant = near is null ? "" : $"; did you mean {near}?";
        hint ??= Value is ConfigMap ? $"write +{Key}=... to add it" : $"write +{key}=... to add it";
        var end = hint.Length == 0 ? (near is null ? "." : "") : near is null ? $"; {hint}." : $" Otherwise {hint}.";
        return new UserErrorException($"{Source}: there is no key {key} in the configuration{meant}{end}");
    }

    private static IEnumerable<string> Keys(ConfigMap map, string prefix) => map.Entries.SelectMany(e =>
        e.Value is ConfigMap below ? Keys(below, $"{prefix}{e.Key}.").Prepend(prefix + e.Key) : [prefix + e.Key]);
}
