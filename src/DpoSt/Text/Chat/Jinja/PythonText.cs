using System.Buffers;
using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>Text as Python sees it: by code points, with its own idea of white space.</summary>
internal static class PythonText
{
    /// <summary>What <c>str.isspace</c> takes for white space.</summary>
    public static readonly SearchValues<char> Spaces = SearchValues.Create(
        [.. Enumerable.Range(0, 0x10000).Select(c => (char)c).Where(c => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f')]);

    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    /// <summary>Whether a character is white space.</summary>
    public static bool IsSpace(char c) => Spaces.Contains(c);

    /// <summary>Whether a text needs more than one char for some character.</summary>
    public static bool IsWide(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF') >= 0;

    /// <summary>How many code points.</summary>
    public static long Length(string text) => IsWide(text) ? text.EnumerateRunes().Count() : text.Length;

    /// <summary>Its code points, each a text.</summary>
    public static IEnumerable<string> Characters(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            yield return isPair ? text.Substring(i++, 2) : text[i].ToString();
        }
    }

    /// <summary>The order of two texts by code points.</summary>
    public static int Compare(string one, string other)
    {
        var same = one.AsSpan().CommonPrefixLength(other);
        if (same == one.Length || same == other.Length)
        {
            return one.Length.CompareTo(other.Length);
        }

        var (a, b) = (one[same], other[same]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    /// <summary>Without characters of a set at its start; white space where there is no set.</summary>
    public static string TrimStart(string text, string? set = null)
    {
        var start = 0;
        while (start < text.Length && In(text[start], set))
        {
            start++;
        }

        return text[start..];
    }

    /// <summary>Without characters of a set at its end; white space where there is no set.</summary>
    public static string TrimEnd(string text, string? set = null)
    {
        var end = text.Length;
        while (end > 0 && In(text[end - 1], set))
        {
            end--;
        }

        return text[..end];
    }

    /// <summary>Without characters of a set at both ends; white space where there is no set.</summary>
    public static string Trim(string text, string? set = null) => TrimEnd(TrimStart(text, set), set);

    /// <summary>The lines of a text without their breaks; no empty one behind the last break.</summary>
    public static List<object?> Lines(string text)
    {
        var lines = new List<object?>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.AsSpan(at).IndexOfAny(LineBreaks);
            lines.Add(end < 0 ? text[at..] : text.Substring(at, end));
            at = end < 0 ? text.Length : at + end + (text.AsSpan(at + end).StartsWith("\r\n") ? 2 : 1);
        }

        return lines;
    }

    /// <summary>A text cut at a separator, or at white space where there is none, at most so many times.</summary>
    public static List<object?> Split(string text, string? separator, long most)
    {
        var parts = new List<object?>();
        var at = Next(0, 0);
        while (separator is not null || at < text.Length)
        {
            var rest = text.AsSpan(at);
            var found = most >= 0 && parts.Count >= most ? -1 : separator is null ? rest.IndexOfAny(Spaces) : rest.IndexOf(separator);
            if (found < 0)
            {
                parts.Add(text[at..]);
                break;
            }

            parts.Add(text.Substring(at, found));
            at = Next(at + found, separator?.Length ?? 0);
        }

        return parts;

        int Next(int from, int length)
        {
            from += length;
            while (separator is null && from < text.Length && IsSpace(text[from]))
            {
                from++;
            }

            return from;
        }
    }

    /// <summary>As <see cref="Split"/>, but where the number of cuts is limited, the last ones count.</summary>
    public static List<object?> SplitFromEnd(string text, string? separator, long most)
    {
        var parts = new List<object?>();
        var end = separator is null ? TrimEnd(text).Length : text.Length;
        while (separator is not null || end > 0)
        {
            var rest = text.AsSpan(0, end);
            var found = most >= 0
                && parts.Count >= most ? -1 : separator is null ? rest.LastIndexOfAny(Spaces) : rest.LastIndexOf(separator);
            if (found < 0)
            {
                parts.Add(text[..end]);
                break;
            }

            parts.Add(text[(found + (separator?.Length ?? 1))..end]);
            for (end = found; separator is null && end > 0 && IsSpace(text[end - 1]); end--) { }
        }

        parts.Reverse();
        return parts;
    }

    /// <summary>Every word with a capital first letter and small ones behind it, a word being a run of letters.</summary>
    public static string Title(string text)
    {
        var result = new StringBuilder(text);
        for (var (i, inWord) = (0, false); i < result.Length; inWord = char.IsLetter(result[i++]))
        {
            result[i] = inWord ? char.ToLowerInvariant(result[i]) : char.ToUpperInvariant(result[i]);
        }

        return result.ToString();
    }

    private static bool In(char c, string? set) => set is null ? IsSpace(c) : set.Contains(c, StringComparison.Ordinal);
}
