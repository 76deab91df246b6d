namespace DpoSt.Configuration.Composition;

/// <summary>Configurations around the current folder: for whoever named a folder that is not there, or is in another one.</summary>
internal static class ConfigFolders
{
    private const string Custom = "exp_config";
    private const int Named = 6;

    /// <summary>The folder to take where none is named: the paper's, or where that is not there the only one that has the file.</summary>
    public static string Default(string config)
    {
        var paper = Path.Combine(Custom, "t5");
        return !Directory.Exists(paper)
            && Below(".").Where(folder => File.Exists(Path.Combine(folder, config + ".yaml"))).ToArray() is [var only]
            ? only : paper;
    }

    /// <summary>The end of a sentence that says what to do.</summary>
    internal static string Hint()
    {
        var here = Below(".");
        if (here.Length > 0)
        {
            return $"the current folder has {string.Join(", ", here)}: name one with --config-path.";
        }

        var elsewhere = Directory.EnumerateDirectories(".", "*", new EnumerationOptions())
            .Where(folder => Below(folder).Length > 0)
            .Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal)
            .Take(Named)
            .ToArray();
        return elsewhere.Length > 0
            ? $"{string.Join(" and ", elsewhere)} {(elsewhere.Length == 1 ? "has" : "have")} {Custom}: run it there."
            : $"there is no {Custom} in the current folder: run it where one is, such as the folder of dpost demo, "
                + "or name a folder of YAML configurations with --config-path.";
    }

    private static string[] Below(string folder)
    {
        var place = Path.Combine(folder, Custom);
        return !Directory.Exists(place) ? [] : [.. Directory.EnumerateDirectories(place, "*", new EnumerationOptions())
            .Where(d => Directory.EnumerateFiles(d, "*.yaml", new EnumerationOptions()).Any())
            .Select(d => Path.GetRelativePath(folder, d).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .Take(Named)];
    }
}
