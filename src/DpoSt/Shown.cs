namespace DpoSt;

/// <summary>Things as a person would write them.</summary>
public static class Shown
{
    private const int LongestText = 200;

    /// <summary>A text of someone else's, in quotes: without line breaks and control characters, and cut where it is long.</summary>
    public static string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = text.Length <= LongestText ? text : text[..LongestText] + "…";
        return $"\"{string.Concat(shown.Select(c => c == '\n' ? "\\n" : char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()))}\"";
    }

    /// <summary>A path as it is seen from the current folder; one outside of it stays as it is.</summary>
    public static string Path(string path)
    {
        var relative = System.IO.Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
