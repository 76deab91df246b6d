using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>One line of a defaults list, or a choice of a group given on the command line.</summary>
/// <param name="Path">The file (without a group) or the group; a leading slash makes it absolute.</param>
/// <param name="Package">What stands after <c>@</c>, null where nothing does.</param>
/// <param name="Options">The chosen files of the group; null where <paramref name="Path"/> is the file itself.</param>
internal sealed record DefaultsEntry(ConfigSource Source, string Path, string? Package, IReadOnlyList<string>? Options)
{
    /// <summary>Whether a missing file is not an error (<c>optional group: option</c>).</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether the entry only changes a choice made elsewhere (<c>override group: option</c>).</summary>
    public bool IsOverride { get; init; }

    /// <summary>The place of the file's own keys among its defaults.</summary>
    public bool IsSelf => Path == "_self_" && Options is null;

    /// <summary>Reads the <c>defaults</c> key of a file.</summary>
    /// <exception cref="UserErrorException">It is not a list, or an entry has an unknown form.</exception>
    public static IReadOnlyList<DefaultsEntry> ReadAll(ConfigNode node) => node is ConfigList list
        ? [.. list.Items.Select(Read)]
        : throw new UserErrorException($"{node.Source}: defaults is {node.Describe()}; expected a list such as '- sft-0'.");

    /// <summary>Reads a group with its optional package: <c>group</c> or <c>group@package</c>.</summary>
    public static DefaultsEntry ForGroup(ConfigSource source, string key, IReadOnlyList<string> options)
    {
        var (path, package) = SplitPackage(key);
        return new DefaultsEntry(source, path, package, options);
    }

    private static DefaultsEntry Read(ConfigNode item)
    {
        switch (item)
        {
            case ConfigScalar { Value: string text } when !text.Contains("${", StringComparison.Ordinal):
                var (path, package) = SplitPackage(text);
                return new DefaultsEntry(item.Source, path, package, null);
            case ConfigMap { Entries.Count: 1 } map:
                var (key, value) = map.Entries.First();
                var words = key.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return ForGroup(item.Source, words.Length > 0 ? words[^1] : "", ReadOptions(value)) with
                {
                    IsOptional = words.SkipLast(1).Any(w => w == "optional"),
                    IsOverride = words.SkipLast(1).Any(w => w == "override"),
                };
            default:
                throw Unknown(item);
        }
    }

    private static IReadOnlyList<string> ReadOptions(ConfigNode value) => value switch
    {
        ConfigScalar { Value: null } => [],
        ConfigScalar scalar when !scalar.Text.Contains("${", StringComparison.Ordinal) => [scalar.Text],
        ConfigList list => [.. list.Items.SelectMany(ReadOptions)],
        _ => throw Unknown(value),
    };

    private static (string Path, string? Package) SplitPackage(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static UserErrorException Unknown(ConfigNode item) => new(
        $"{item.Source}: an entry of defaults is {item.Describe()}; expected '_self_', the name of a file, or 'group: option'.");
}
