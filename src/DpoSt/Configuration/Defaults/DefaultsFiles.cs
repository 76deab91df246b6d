using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Interpolations;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Defaults;

/// <summary>A file of the configurations.</summary>
/// <param name="Content">Its keys, without <c>defaults</c>.</param>
/// <param name="Defaults">Its defaults list, empty where it has none.</param>
/// <param name="Package">What a <c># @package name</c> line says, null without one.</param>
internal sealed record DefaultsFile(ConfigMap Content, IReadOnlyList<DefaultsEntry> Defaults, string? Package);

/// <summary>The files below the folder of the configurations, each read once.</summary>
internal sealed class DefaultsFiles(string root)
{
    private readonly Dictionary<string, DefaultsFile> read = new(StringComparer.Ordinal);

    /// <summary>Where a configuration is: its name below the folder, with <c>.yaml</c> where it has no such ending.</summary>
    public string PathOf(string name) => Path.Combine(root, name.EndsWith(".yaml", StringComparison.Ordinal)
        || name.EndsWith(".yml", StringComparison.Ordinal) ? name : name + ".yaml");

    /// <summary>Reads a configuration; null where there is no such file.</summary>
    /// <exception cref="UserErrorException">The file is not a configuration.</exception>
    public DefaultsFile? Find(string name)
    {
        if (read.TryGetValue(name, out var known))
        {
            return known;
        }

        var path = PathOf(name);
        if (!File.Exists(path))
        {
            return null;
        }

        var content = YamlReader.Read(path);
        InterpolationParser.Check(content);
        var entries = content.Entries.Remove("defaults", out var defaults) ? DefaultsEntry.ReadAll(defaults) : [];
        var file = new DefaultsFile(content, entries, Header(path));
        read.Add(name, file);
        return file;
    }

    /// <summary>The sentence for a configuration that is not there.</summary>
    public UserErrorException Missing(DefaultsEntry? entry, string name)
    {
        var file = PathOf(name);
        var folder = Path.GetDirectoryName(file)!;
        if (!Directory.Exists(folder))
        {
            return new UserErrorException($"{Shown.Text(folder)}: there is no such folder; "
                + $"{(Directory.Exists(root) ? "expected a folder of YAML configurations." : ConfigFolders.Hint())}");
        }

        var names = Directory.EnumerateFiles(folder, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f))
            .Order(StringComparer.Ordinal);
        var list = string.Join(", ", names.Take(12));
        var where = entry is null ? "" : $"{entry.Source}: ";
        var nearby = list.Length == 0 ? "its folder holds no configuration" : $"its folder holds {list}";
        return new UserErrorException($"{where}there is no configuration {Shown.Text(file)}; {nearby}.");
    }

    /// <summary>The package of a <c># @package name</c> line; such lines stand above everything but empty lines.</summary>
    private static string? Header(string path)
    {
        string? package = null;
        var number = 0;
        foreach (var line in WholeFile.ReadLines(path).Select(l => l.Trim()))
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            var content = line.TrimStart('#').Trim();
            if (line[0] != '#' || !content.StartsWith('@') || line[1..].TrimStart()[0] != '@')
            {
                break;
            }

            var words = content.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 2)
            {
                throw new UserErrorException($"{path}:{number}: '{Shown.Text(line)}' is not of the form '# @package name'.");
            }

            package = words[0] == "@package" ? words[1] : package;
        }

        return package;
    }
}
