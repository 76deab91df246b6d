namespace DpoSt;

/// <summary>Things as a person would write them.</summary>
public static class Shown
{
    /// <summary>The most characters of an input that a message quotes.</summary>
    public const int Longest = 200;

    /// <summary>A path as it is seen from the current folder; one outside of it stays as it is.</summary>
    public static string Path(string path)
    {
        var relative = System.IO.Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>A text as a message quotes it: its first characters, and dots where it goes on.</summary>
    public static string Text(string text) => text.Length <= Longest
        ? text : text[..(Longest - (char.IsHighSurrogate(text[Longest - 4]) ? 4 : 3))] + "...";

    /// <summary>A text in quotes as a message shows it, on one line: line breaks and control characters by their escapes.</summary>
    public static string Quoted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return $"\"{string.Concat(Text(text).Select(c => c == '\n' ? "\\n" : char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()))}\"";
    }
}
