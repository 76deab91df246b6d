using DpoSt.Configuration.Interpolations;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Defaults;

/// <summary>A file of the final defaults list and where its keys go.</summary>
internal sealed record ComposedPart(ConfigMap Content, string Package)
{
    /// <summary>The file's keys below the names of its package.</summary>
    public ConfigMap Nested()
    {
        var content = Content;
        foreach (var name in (Package.Length == 0 ? [] : Package.Split('.')).Reverse())
        {
            content = new ConfigMap(content.Source) { Entries = { [name] = content } };
        }

        return content;
    }
}

/// <summary>Makes the final list of files of a configuration as Hydra 1.3 does, with what version base 1.1 still allows: entries in order,
/// later over earlier, a file's own keys where <c>_self_</c> stands and last where it does not; a file in a group is placed under the
/// group's name unless a package says otherwise.</summary>
internal sealed class DefaultsList(DefaultsFiles files, GroupChoices choices, Func<string, string?> environment)
{
    private const int MostFiles = 1000;
    private const int DeepestPackage = 64;

    private readonly HashSet<string> leaves = new(StringComparer.Ordinal);
    private readonly List<string> open = [];
    private int count;

    /// <summary>The files in the order in which they are laid over each other.</summary>
    /// <exception cref="UserErrorException">A file is missing, an entry has no meaning, or a choice meets no group.</exception>
    public IReadOnlyList<ComposedPart> Of(string name)
    {
        var primary = name.EndsWith(".yaml", StringComparison.Ordinal) ? name[..^".yaml".Length] : name;
        var entry = new DefaultsEntry(new ConfigSource(files.PathOf(name)), "/" + primary, null, null);
        var parts = Expand(new PlacedDefault(entry, "", ""), isPrimary: true, isReferred: false);
        choices.RefuseUnused();
        return parts;
    }

    private IReadOnlyList<ComposedPart> Expand(PlacedDefault item, bool isPrimary, bool isReferred)
    {
        if (choices.Removes(item))
        {
            return [];
        }

        choices.Note(item);
        if (item.Choice is { Name: null })
        {
            return [];
        }

        var path = item.ConfigPath;
        if (path.EndsWith("???", StringComparison.Ordinal))
        {
            throw new UserErrorException(
                $"{item.Entry.Source}: the choice of '{Shown.Text(item.Key)}' is yet to be made; write {Shown.Text(item.Key)}=OPTION.");
        }

        if (files.Find(path) is not { } file)
        {
            return item.Entry.IsOptional ? [] : throw files.Missing(isPrimary ? null : item.Entry, path);
        }

        if (open.Contains(path))
        {
            var circle = open.Append(path).Select(Shown.Text);
            throw new UserErrorException($"{item.Entry.Source}: the defaults form a circle ({string.Join(" -> ", circle)}).");
        }

        item = item with { Header = file.Package };
        if (++count > MostFiles || item.Package.AsSpan().Count('.') >= DeepestPackage || open.Count >= DeepestPackage)
        {
            throw new UserErrorException($"{item.Entry.Source}: the defaults name more than {MostFiles} files, or go more than "
                + $"{DeepestPackage} deep.");
        }

        if (item.Package.Length > 0 && Array.Exists(item.Package.Split('.'), part => part.Length == 0))
        {
            throw new UserErrorException($"{item.Entry.Source}: the package '{Shown.Text(item.Package)}' has a part without a name.");
        }

        open.Add(path);
        var entries = EntriesOf(file, item, isPrimary);
        foreach (var change in entries.Where(e => e.IsOverride))
        {
            choices.Override(!isReferred ? Place(change, item) : throw new UserErrorException(
                $"{change.Source}: 'override' cannot stand in a file that a choice of another group names."));
        }

        var parts = Children(entries, item, file, isReferred);
        open.RemoveAt(open.Count - 1);
        return parts;
    }

    private List<DefaultsEntry> EntriesOf(DefaultsFile file, PlacedDefault item, bool isPrimary)
    {
        var entries = file.Defaults.ToList();
        var hasDefaults = entries.Count > 0 || (isPrimary && choices.Added.Count > 0);
        if (entries.Where(e => e.IsSelf).Skip(1).FirstOrDefault() is { } second)
        {
            throw new UserErrorException($"{second.Source}: '_self_' stands here a second time; keep one of them.");
        }

        if (entries.SkipWhile(e => !e.IsOverride).FirstOrDefault(e => e is { IsOverride: false, IsSelf: false }) is { } late)
        {
            throw new UserErrorException(
                $"{late.Source}: this entry stands behind one with 'override'; those stand at the end of the list.");
        }

        if (hasDefaults && !entries.Exists(e => e.IsSelf) && (entries.Count == 0 || entries.Exists(e => !e.IsOverride)))
        {
            entries.Add(new DefaultsEntry(item.Entry.Source, DefaultsEntry.Self, null, null));
        }

        return isPrimary ? [.. entries, .. choices.Added] : entries;
    }

    /// <summary>The parts of a file's defaults and of the file itself. The last entry is expanded first, because its overrides win over
    /// those of earlier ones, and entries that refer to choices last of all.</summary>
    private IReadOnlyList<ComposedPart> Children(List<DefaultsEntry> entries, PlacedDefault item, DefaultsFile file, bool isReferred)
    {
        var own = new ComposedPart(file.Content, item.Package);
        var slots = new List<IReadOnlyList<ComposedPart>>();
        var referring = new List<(int Slot, PlacedDefault Child)>();
        foreach (var entry in Enumerable.Reverse(entries).Where(e => !e.IsOverride))
        {
            if (entry.IsSelf)
            {
                slots.Add([own]);
                continue;
            }

            var child = choices.Apply(Place(entry, item));
            if (child.Choice is { IsList: true } list)
            {
                slots.AddRange(list.Names.Reverse().Select(name => Expand(Option(child, name, item), false, isReferred)));
            }
            else if (child.IsInterpolated)
            {
                referring.Add((slots.Count, child));
                slots.Add([]);
            }
            else
            {
                slots.Add(Expand(child, false, isReferred));
            }
        }

        foreach (var (slot, child) in referring)
        {
            slots[slot] = Expand(Refer(child), false, isReferred: true);
        }

        if (slots.Count > 0)
        {
            return [.. Enumerable.Reverse(slots).SelectMany(s => s)];
        }

        return item.Choice is null || leaves.Add(item.Key) ? [own] : throw new UserErrorException(
            $"{item.Entry.Source}: the group '{Shown.Text(item.Key)}' appears more than once in the defaults; keep one of them.");
    }

    private static PlacedDefault Place(DefaultsEntry entry, PlacedDefault parent) => new(entry, parent.Group, parent.Package);

    /// <summary>A file of a list of choices.</summary>
    private static PlacedDefault Option(PlacedDefault group, string name, PlacedDefault parent) =>
        !name.Contains("${", StringComparison.Ordinal)
            ? Place(group.Entry with { Path = $"{group.Entry.Path}/{name}", Package = group.OwnPackage, Choice = null }, parent)
            : throw new UserErrorException($"{group.Entry.Source}: an item of a list of choices cannot refer to another choice.");

    private PlacedDefault Refer(PlacedDefault child)
    {
        var name = child.Choice?.Name ?? child.ConfigPath;
        var known = choices.Known;
        var node = new ConfigScalar(child.Entry.Source, name, name);
        var value = new Interpolation(known, environment).Dereference(node, new Place(known, null, ""), "defaults").Node;
        return value is not ConfigScalar { Value: string text } ? throw new UserErrorException(
                $"{child.Entry.Source}: '{Shown.Text(name)}' is {value.Describe()}; expected the name of a file.")
            : child.Choice is null ? child with { Entry = child.Entry with { Path = text } }
            : child with { Choice = new GroupChoice([text], false) };
    }
}
