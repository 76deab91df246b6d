using System.Globalization;
using System.Text;

namespace DpoSt.Text;

/// <summary>Numbers and texts as Python spells them.</summary>
internal static class PythonSpelling
{
    /// <summary>A number with a point as Python writes it: the shortest digits that give it back.</summary>
    public static string Real(double value)
    {
        if (!double.IsFinite(value) || value == 0)
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : value < 0 ? "-inf" : double.IsNegative(value) ? "-0.0" : "0.0";
        }

        var parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var power = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var whole = parts[0].IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? dot : parts[0].Length;
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var point = whole + power - (all.Length - digits.Length); // the decimal point stands so many digits behind the first
        digits = digits.TrimEnd('0');
        var text = point is < -3 or > 16
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{digits[..1]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(point < 1 ? '-' : '+')}{Math.Abs(point - 1):00}")
            : point <= 0 ? "0." + new string('0', -point) + digits
            : digits.Length <= point ? digits.PadRight(point, '0') + ".0"
            : digits[..point] + "." + digits[point..];
        return value < 0 ? "-" + text : text;
    }

    /// <summary>In quotes, with escapes for what does not print.</summary>
    public static void Quote(string text, StringBuilder into)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        into.Append(quote);
        for (var at = 0; at < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, at, out var rune);
            var (c, length) = (text[at], isWhole ? rune.Utf16SequenceLength : 1);
            var isPrinted = isWhole && (rune.Value == ' ' || IsPrinted(Rune.GetUnicodeCategory(rune)));
            into.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\\' => "\\\\",
                _ when c == quote => "\\" + quote,
                _ when isPrinted => text.Substring(at, length),
                _ when length > 1 => $"\\U{rune.Value:x8}",
                _ => c < 0x100 ? $"\\x{(int)c:x2}" : $"\\u{(int)c:x4}",
            });
            at += length;
        }

        into.Append(quote);

        static bool IsPrinted(UnicodeCategory category) => category is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }

    /// <summary>A text as <c>json.dumps</c> writes it.</summary>
    /// <param name="isAscii">Whether what is not ASCII's is escaped, which is Python's default.</param>
    public static void Json(string value, StringBuilder into, bool isAscii = true)
    {
        into.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => into.Append("\\\""),
                '\\' => into.Append("\\\\"),
                '\n' => into.Append("\\n"),
                '\r' => into.Append("\\r"),
                '\t' => into.Append("\\t"),
                '\b' => into.Append("\\b"),
                '\f' => into.Append("\\f"),
                _ when c < ' ' || (isAscii && c > '~') => into.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => into.Append(c),
            };
        }

        into.Append('"');
    }
}
