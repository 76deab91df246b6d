using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Defaults;

/// <summary>What is chosen of a group: one file, several, or none.</summary>
/// <param name="Names">The files; none where the choice is null.</param>
/// <param name="IsList">Whether it was written as a list.</param>
internal sealed record GroupChoice(IReadOnlyList<string> Names, bool IsList)
{
    /// <summary>The one file; null where there is none, or a list.</summary>
    public string? Name => !IsList && Names is [var name] ? name : null;

    /// <summary>Reads null, a text or a list of texts; null where the value is something else.</summary>
    public static GroupChoice? Of(ConfigNode? value) => value switch
    {
        ConfigScalar { Value: null } => new GroupChoice([], false),
        ConfigScalar { Value: string name } => new GroupChoice([name], false),
        ConfigList list when list.Items.All(i => i is ConfigScalar { Value: string }) => new GroupChoice(
            [.. list.Items.Select(i => (string)((ConfigScalar)i).Value!)], true),
        _ => null,
    };
}

/// <summary>One line of a defaults list, or a choice of a group given on the command line.</summary>
/// <param name="Path">The file (without a group) or the group; a leading slash makes it absolute.</param>
/// <param name="Package">What stands after <c>@</c>, null where nothing does.</param>
/// <param name="Choice">What is chosen of the group; null where <paramref name="Path"/> is the file itself.</param>
internal sealed record DefaultsEntry(ConfigSource Source, string Path, string? Package, GroupChoice? Choice)
{
    /// <summary>The place of a file's own keys among its defaults.</summary>
    public const string Self = "_self_";

    /// <summary>Whether a missing file is not an error (<c>optional group: option</c>).</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether the entry only changes a choice made elsewhere (<c>override group: option</c>).</summary>
    public bool IsOverride { get; init; }

    /// <summary>Whether the command line added it.</summary>
    public bool IsAdded { get; init; }

    /// <summary>Whether it is the place of the file's own keys.</summary>
    public bool IsSelf => Path == Self && Choice is null;

    /// <summary>Reads the <c>defaults</c> key of a file.</summary>
    /// <exception cref="UserErrorException">It is not a list, or an entry has an unknown form.</exception>
    public static IReadOnlyList<DefaultsEntry> ReadAll(ConfigNode node) => node is ConfigList list
        ? [.. list.Items.Select(Read)]
        : throw new UserErrorException($"{node.Source}: defaults is {node.Describe()}; expected a list such as '- sft-0'.");

    private static DefaultsEntry Read(ConfigNode item) => item switch
    {
        ConfigScalar { Value: string text } => File(item.Source, text),
        ConfigMap { Entries.Count: 1 or 2 } map => Group(map),
        _ => throw Unknown(item),
    };

    private static DefaultsEntry File(ConfigSource source, string text)
    {
        var (path, package) = SplitPackage(text, source);
        return path != Self || package is null ? new DefaultsEntry(source, path, package, null)
            : throw new UserErrorException($"{source}: '{Self}' takes no package.");
    }

    private static DefaultsEntry Group(ConfigMap map)
    {
        // The form of Hydra 1.0 says 'optional: true' in a key of its own.
        var isOptional = map.Entries.Count == 2 && map.Entries.GetValueOrDefault("optional") is ConfigScalar { Value: bool flag }
            ? flag : (bool?)null;
        var entries = map.Entries.Where(e => isOptional is null || e.Key != "optional").ToList();
        if (entries.Count != 1 || map.OtherKeys.ContainsKey(entries[0].Key))
        {
            throw Unknown(map);
        }

        var words = entries[0].Key.Split(' ');
        if (words.SkipLast(1).FirstOrDefault(w => w is not ("optional" or "override")) is { } unknown || words[^1].Length == 0)
        {
            throw new UserErrorException($"{map.Source}: '{Shown.Text(entries[0].Key)}' does not name a group; "
                + "expected 'group', 'optional group' or 'override group'.");
        }

        var (path, package) = SplitPackage(words[^1], map.Source);
        return new DefaultsEntry(map.Source, path, package, GroupChoice.Of(entries[0].Value) ?? throw Unknown(entries[0].Value))
        {
            IsOptional = isOptional ?? words.SkipLast(1).Any(w => w == "optional"),
            IsOverride = words.SkipLast(1).Any(w => w == "override"),
        };
    }

    private static (string Path, string? Package) SplitPackage(string text, ConfigSource source)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? (text, null) : text.IndexOf(':', at) < 0 ? (text[..at], text[(at + 1)..])
            : throw new UserErrorException($"{source}: '{Shown.Text(text)}' renames a package with ':', which is not supported; "
                + "write 'override group@package: option'.");
    }

    private static UserErrorException Unknown(ConfigNode item) => new(
        $"{item.Source}: an entry of defaults is {item.Describe()}; expected '{Self}', the name of a file, or 'group: option'.");
}
