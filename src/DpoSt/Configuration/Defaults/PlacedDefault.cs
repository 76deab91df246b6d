namespace DpoSt.Configuration.Defaults;

/// <summary>An entry of a defaults list in the file that names it: which file it means, and where that one's keys go.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Folder">The folder of the file that names it, below the configurations.</param>
/// <param name="ParentPackage">Where that file's keys go.</param>
internal sealed record PlacedDefault(DefaultsEntry Entry, string Folder, string ParentPackage)
{
    private const string Global = "_global_";

    /// <summary>What is chosen of a group; the command line and <c>override</c> entries change it.</summary>
    public GroupChoice? Choice { get; init; } = Entry.Choice;

    /// <summary>What the file's own <c># @package</c> line says.</summary>
    public string? Header { get; init; }

    /// <summary>The folder of the file, below the configurations.</summary>
    public string Group => Entry.Choice is not null ? Absolute
        : Absolute.LastIndexOf('/') is > 0 and var slash ? Absolute[..slash] : "";

    /// <summary>The file, below the configurations and as it is named; of a group without a choice there is none.</summary>
    public string ConfigPath => Entry.Choice is null ? Absolute : $"{Group}/{Choice!.Name}";

    /// <summary>Whether the name of the file refers to another choice.</summary>
    public bool IsInterpolated => (Entry.Choice is null ? Entry.Path : Choice!.Name)?.Contains("${", StringComparison.Ordinal) == true;

    /// <summary>What stands behind <c>@</c>, with the group's name in it; null without one.</summary>
    public string? OwnPackage => Entry.Package switch
    {
        "_here_" => "",
        { } package when package.Contains("_group_", StringComparison.Ordinal) =>
            $"{Global}.{package.Replace("_group_", DefaultPackage, StringComparison.Ordinal)}",
        var package => package,
    };

    /// <summary>Where the file's keys go.</summary>
    public string Package => PackageOf(OwnPackage ?? Absolutely(Header));

    /// <summary>The name under which the command line and <c>override</c> entries reach the choice.</summary>
    public string Key
    {
        get
        {
            var package = PackageOf(OwnPackage);
            return package == DefaultPackage ? Group : $"{Group}@{(package.Length == 0 ? Global : package)}";
        }
    }

    private string Absolute => Entry.Path.StartsWith('/') ? Entry.Path[1..] : Folder.Length == 0 ? Entry.Path : $"{Folder}/{Entry.Path}";

    private string DefaultPackage => Group.Replace('/', '.');

    private string? Name => Entry.Choice is null ? Absolute[(Absolute.LastIndexOf('/') + 1)..] : Choice!.Name;

    /// <summary>A package line counts from the top; <c>_group_</c> in it is the file's group.</summary>
    private string? Absolutely(string? header)
    {
        var package = header is null or "_group_" ? null : header.Replace("_group_", DefaultPackage, StringComparison.Ordinal);
        return package is null or Global || package.StartsWith(Global + ".", StringComparison.Ordinal) ? package : $"{Global}.{package}";
    }

    private string PackageOf(string? package)
    {
        var path = Entry.Path.TrimStart('/');
        package ??= (Entry.Choice is not null ? path : path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "").Replace('/', '.');
        package = Name is { } name ? package.Replace("_name_", name, StringComparison.Ordinal) : package;
        var joined = ParentPackage.Length == 0 ? package : package.Length == 0 ? ParentPackage : $"{ParentPackage}.{package}";
        var global = joined.LastIndexOf(Global, StringComparison.Ordinal);
        return global < 0 ? joined : joined[Math.Min(joined.Length, global + Global.Length + 1)..];
    }
}
