using System.Globalization;
using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>Texts in quotes and numbers as a template writes them.</summary>
internal static class JinjaLiteral
{
    private const string Plain = "nrtabfv\\'\"\n0";
    private const string Meant = "\n\r\t\a\b\f\v\\'\"\0\0";

    /// <summary>The number that begins at a place, which moves behind it: a <c>long</c> or a <c>double</c>.</summary>
    public static object Number(string source, ref int at)
    {
        var start = at;
        Digits(source, ref at);
        var isWhole = true;
        if (At(source, at) == '.' && char.IsAsciiDigit(At(source, at + 1)) && At(source, start - 1) != '.')
        {
            isWhole = false;
            at++;
            Digits(source, ref at);
        }

        var power = at + (At(source, at + 1) is '+' or '-' ? 2 : 1);
        if (At(source, at) is 'e' or 'E' && char.IsAsciiDigit(At(source, power)))
        {
            isWhole = false;
            at = power;
            Digits(source, ref at);
        }

        var digits = source[start..at].Replace("_", "", StringComparison.Ordinal);
        return !isWhole ? (object)double.Parse(digits, CultureInfo.InvariantCulture)
            : long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole
            : throw new JinjaException(0, "a whole number is beyond 64 bits");
    }

    /// <summary>
    /// The text whose quote stands at a place, which moves behind it. Escapes are Python's; an unknown one keeps its backslash.
    /// </summary>
    public static string Text(string source, ref int at)
    {
        var quote = source[at++];
        var text = new StringBuilder();
        while (at < source.Length && source[at] != quote)
        {
            if (source[at] == '\\' && at + 1 < source.Length)
            {
                Escape(source, ref at, text);
            }
            else
            {
                text.Append(source[at++]);
            }
        }

        return at++ < source.Length ? text.ToString() : throw new JinjaException(0, "a text in quotes has no end");
    }

    private static void Escape(string source, ref int at, StringBuilder text)
    {
        var kind = source[at + 1];
        var digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        at += 2;
        if (digits > 0)
        {
            var code = at + digits <= source.Length
                && int.TryParse(source.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var parsed)
                && parsed is >= 0 and <= 0x10FFFF ? parsed
                : throw new JinjaException(0, $"the escape \\{kind} needs {digits} hexadecimal digits of a character");
            text.Append(code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code));
            at += digits;
        }
        else if (kind is 'N' or (>= '1' and <= '7'))
        {
            throw new JinjaException(0, $"the escape \\{kind} is not supported; write \\u and the character's code");
        }
        else if (kind != '\n')
        {
            text.Append(Plain.IndexOf(kind, StringComparison.Ordinal) is >= 0 and var i ? Meant[i].ToString() : "\\" + kind);
        }
    }

    private static char At(string source, int index) => index >= 0 && index < source.Length ? source[index] : '\0';

    private static void Digits(string source, ref int at)
    {
        while (char.IsAsciiDigit(At(source, at)) || At(source, at) == '_')
        {
            at++;
        }
    }
}
