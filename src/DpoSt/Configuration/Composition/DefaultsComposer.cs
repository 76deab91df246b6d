using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Composition;

/// <summary>Composes a file with its defaults as Hydra 1.3 does: entries in order, later over earlier, the file's own keys where
/// <c>_self_</c> stands and last where it does not; a file in a group is placed under the group's name unless a package says
/// otherwise.</summary>
internal sealed class DefaultsComposer(string root, IReadOnlyList<Override> overrides)
{
    private const string Global = "_global_";
    private readonly Dictionary<string, IReadOnlyList<string>> choices = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly List<string> open = [];
    private readonly ConfigMap result = new(new ConfigSource(root));

    /// <summary>A file being composed: its path below the root without extension, its folder, and where its keys go.</summary>
    private sealed record Unit(string Path, string Package)
    {
        public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";
    }

    /// <summary>Composes <paramref name="name"/>, with the choices of groups that the command line makes.</summary>
    public ConfigMap Compose(string name)
    {
        foreach (var choice in overrides.Where(o => o.Kind is not OverrideKind.Add))
        {
            choices[choice.Key] = choice.Kind == OverrideKind.Delete ? [] : choice.GroupOptions();
        }

        var primary = name.EndsWith(".yaml", StringComparison.Ordinal) ? name[..^".yaml".Length] : name;
        AddFile(new DefaultsEntry(new ConfigSource(root), "/" + primary, null, null), new Unit("", ""), "/" + primary, isPrimary: true);
        if (overrides.FirstOrDefault(o => o.Kind is not OverrideKind.Add && !used.Contains(o.Key)) is { } unused)
        {
            throw new UserErrorException(
                $"{unused.Source}: no defaults list chooses the group '{unused.Key}'; write +{unused.Key}=... to add it.");
        }

        return result;
    }

    private void AddFile(DefaultsEntry entry, Unit parent, string path, bool isPrimary = false)
    {
        var full = path.StartsWith('/') || parent.Folder.Length == 0 ? path.TrimStart('/') : $"{parent.Folder}/{path}";
        var file = System.IO.Path.Combine(root, full + ".yaml");
        if (!File.Exists(file))
        {
            if (entry.IsOptional)
            {
                return;
            }

            throw Missing(entry, file, isPrimary);
        }

        if (open.Contains(full))
        {
            throw new UserErrorException($"{entry.Source}: the defaults form a circle ({string.Join(" -> ", open)} -> {full}).");
        }

        var relative = path.TrimStart('/');
        var group = relative.Contains('/', StringComparison.Ordinal) ? relative[..relative.LastIndexOf('/')] : "";
        var unit = new Unit(full, PackageOf(entry.Package ?? Header(file) ?? group.Replace('/', '.'), parent.Package));
        if (!seen.Add($"{unit.Path}@{unit.Package}"))
        {
            throw new UserErrorException($"{entry.Source}: '{full}' appears more than once in the defaults; keep one of them.");
        }

        open.Add(full);
        AddContent(unit, YamlReader.Read(file), isPrimary);
        open.RemoveAt(open.Count - 1);
    }

    private void AddContent(Unit unit, ConfigMap content, bool isPrimary)
    {
        var entries = content.Entries.Remove("defaults", out var defaults) ? DefaultsEntry.ReadAll(defaults).ToList() : [];
        foreach (var change in entries.Where(e => e.IsOverride))
        {
            choices.TryAdd(ChoiceKey(change, unit), change.Options!);
        }

        if (!entries.Exists(e => e.IsSelf))
        {
            entries.Add(new DefaultsEntry(content.Source, "_self_", null, null));
        }

        if (isPrimary)
        {
            var added = overrides.Where(o => o.Kind is OverrideKind.Add);
            entries.AddRange(added.Select(o => DefaultsEntry.ForGroup(o.Source, "/" + o.Key, o.GroupOptions())));
        }

        foreach (var entry in entries.Where(e => !e.IsOverride))
        {
            if (entry.IsSelf)
            {
                result.Merge(Nest(content, unit.Package));
                continue;
            }

            foreach (var path in PathsOf(entry, unit))
            {
                AddFile(entry, unit, path);
            }
        }
    }

    private IEnumerable<string> PathsOf(DefaultsEntry entry, Unit unit)
    {
        if (entry.Options is null)
        {
            return [entry.Path];
        }

        var key = ChoiceKey(entry, unit);
        used.Add(key);
        return choices.GetValueOrDefault(key, entry.Options).Select(option => $"{entry.Path}/{option}");
    }

    /// <summary>The name under which the command line and <c>override</c> entries reach a choice.</summary>
    private static string ChoiceKey(DefaultsEntry entry, Unit unit)
    {
        var path = entry.Path.StartsWith('/') || unit.Folder.Length == 0 ? entry.Path.TrimStart('/') : $"{unit.Folder}/{entry.Path}";
        return entry.Package is null ? path : $"{path}@{PackageOf(entry.Package, unit.Package)}";
    }

    private static string PackageOf(string package, string parent)
    {
        var joined = package is "" or "_here_" ? parent : parent.Length == 0 ? package : $"{parent}.{package}";
        var global = joined.LastIndexOf(Global, StringComparison.Ordinal);
        return global < 0 ? joined : joined[(global + Global.Length)..].TrimStart('.');
    }

    /// <summary>The package of a <c># @package name</c> line above the first key; it counts from the top.</summary>
    private static string? Header(string file)
    {
        const string mark = "@package ";
        var comment = File.ReadLines(file)
            .TakeWhile(line => line.TrimStart() is "" or ['#', ..])
            .Select(line => line.TrimStart(' ', '#'))
            .FirstOrDefault(line => line.StartsWith(mark, StringComparison.Ordinal));
        return comment is null ? null : $"{Global}.{comment[mark.Length..].Trim()}";
    }

    private static ConfigMap Nest(ConfigMap content, string package)
    {
        foreach (var name in package.Split('.', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            content = new ConfigMap(content.Source) { Entries = { [name] = content } };
        }

        return content;
    }

    private UserErrorException Missing(DefaultsEntry entry, string file, bool isPrimary)
    {
        var folder = System.IO.Path.GetDirectoryName(file)!;
        if (!Directory.Exists(folder))
        {
            return new UserErrorException(
                $"{folder}: there is no such folder; "
                + $"{(Directory.Exists(root) ? "expected a folder of YAML configurations." : ConfigFolders.Hint())}");
        }

        var names = Directory.EnumerateFiles(folder, "*.yaml").Select(f => System.IO.Path.GetFileNameWithoutExtension(f))
            .Order(StringComparer.Ordinal);
        var list = string.Join(", ", names.Take(12));
        var where = isPrimary ? "" : $"{entry.Source}: ";
        var nearby = list.Length == 0 ? "its folder holds no configuration" : $"its folder holds {list}";
        return new UserErrorException($"{where}there is no configuration {file}; {nearby}.");
    }
}
