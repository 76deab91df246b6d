using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Overrides;

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
internal sealed record Override(ConfigSource Source, OverrideKind Kind, OverrideKey Key, ConfigNode? Value)
{
    /// <summary>Reads <c>key=value</c>, <c>+key=value</c>, <c>++key=value</c>, <c>~key</c> or <c>~key=value</c>.</summary>
    /// <exception cref="UserErrorException">The text has none of these forms.</exception>
    public static Override Parse(string text)
    {
        var source = new ConfigSource($"override '{Shown.Text(text)}'");
        var (kind, rest) = text switch
        {
            ['+', '+', .. var tail] => (OverrideKind.Force, tail),
            ['+', .. var tail] => (OverrideKind.Add, tail),
            ['~', .. var tail] => (OverrideKind.Delete, tail),
            _ => (OverrideKind.Change, text),
        };
        var equal = rest.IndexOf('=', StringComparison.Ordinal);
        if (OverrideKey.Parse(equal < 0 ? rest : rest[..equal]) is not { } key || (equal < 0 && kind != OverrideKind.Delete))
        {
            throw new UserErrorException($"{source}: this is not an override; expected key=value, +key=value, ++key=value or ~key.");
        }

        return new Override(source, kind, key, equal < 0 ? null : OverrideValue.Parse(rest[(equal + 1)..], source));
    }

    /// <summary>Whether this chooses a file of a group (a folder of the configurations) rather than a value.</summary>
    public bool IsGroup(string root) => Value is not ConfigMap && Directory.Exists(Path.Combine(root, Key.Path));
}
