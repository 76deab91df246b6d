using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DpoSt;

/// <summary>Things as a person would write them.</summary>
internal static partial class Shown
{
    /// <summary>The most characters of an input that a message quotes.</summary>
    public const int Longest = 200;

    // Unicode's Bidi_Control, its own ends of lines, and the controls of ASCII and Latin-1.
    private static readonly SearchValues<char> Commands = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\n' or '\t')),
        '\u061C', '\u200E', '\u200F', '\u2028', '\u2029', '\u202A', '\u202B', '\u202C', '\u202D', '\u202E',
        '\u2066', '\u2067', '\u2068', '\u2069',
    ]);

    /// <summary>A path as it is seen from the current folder; one outside of it stays as it is.</summary>
    public static string Path(string path)
    {
        var relative = System.IO.Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>A text as a message quotes it: its first characters, and dots where it goes on.</summary>
    public static string Text(string text) => text.Length <= Longest
        ? text : text[..(Longest - (char.IsHighSurrogate(text[Longest - 4]) ? 4 : 3))] + "...";

    /// <summary>A message in which no word, such as a path or a value that somebody wrote, is too long to be read.</summary>
    public static string Brief(string message) => LongWord().Replace(message, word => Text(word.Value));

    /// <summary>A text in quotes as a message shows it, on one line: line breaks and control characters by their escapes.</summary>
    public static string Quoted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = Printable(Text(text)).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\u0009", StringComparison.Ordinal);
        return $"\"{line}\"";
    }

    /// <summary>A text of which a terminal shows every character and obeys none: controls (an escape sequence begins with one) and marks
    /// that turn the direction of writing are written as JSON escapes them. Tabs and ends of lines stay.</summary>
    public static string Printable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAny(Commands))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var isEnd = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n';
            _ = isEnd || !Commands.Contains(text[i])
                ? shown.Append(text[i]) : shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
        }

        return shown.ToString();
    }

    // Longer than any file's name.
    [GeneratedRegex(@"\S{400,}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LongWord();
}
