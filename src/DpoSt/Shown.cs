namespace DpoSt;

/// <summary>Things as a person would write them.</summary>
public static class Shown
{
    /// <summary>A path as it is seen from the current folder; one outside of it stays as it is.</summary>
    public static string Path(string path)
    {
        var relative = System.IO.Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
