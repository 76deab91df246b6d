namespace DpoSt;

/// <summary>Whether two paths mean the same place.</summary>
internal static class PathIdentity
{
    /// <summary>The whole path, without a closing separator, and of a link what it points to in the end.</summary>
    public static string Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        FileSystemInfo place = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
        return place.LinkTarget is null
            ? full : Path.TrimEndingDirectorySeparator(place.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
    }
}
