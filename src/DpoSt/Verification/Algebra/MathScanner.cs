using System.Globalization;
using System.Numerics;
using Fractions;

namespace DpoSt.Verification.Algebra;

/// <summary>A formula's characters: blanks and LaTeX's layout skipped, commands and numbers read. What it cannot read is a
/// <see cref="FormatException"/>, which <see cref="MathParser.Parse"/> alone sees.</summary>
internal sealed class MathScanner(string text)
{
    private const int MaxExponent = 400;
    private const string FunctionLetters = "fghuvpFGHPQSTVEDNRLCA";
    private const string NameCharacters = "(),_{}^-' ";

    private static readonly HashSet<string> Layout = new(StringComparer.Ordinal)
    {
        "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "textstyle", "limits", "quad",
        "qquad",
        "middle", "boxed", "fbox", ",", ";", ":", "!", " ", "$", "hfill", "small", "large", "Large", "rm", "bf", "it", "angle",
        "triangle", "therefore", "because",
    };

    /// <summary>Where it stands, never behind the end.</summary>
    public int Position
    {
        get;
        set => field = Math.Min(value, text.Length);
    }

    /// <summary>How many brackets are open: inside them a comma separates, outside it may stand between thousands.</summary>
    public int Brackets { get; set; }

    /// <summary>Whether blanks were skipped just now.</summary>
    public bool IsApart { get; private set; }

    /// <summary>The next character behind blanks and layout; <c>\0</c> at the end.</summary>
    public char Next()
    {
        IsApart = false;
        while (Position < text.Length)
        {
            var c = text[Position];
            if (char.IsWhiteSpace(c) || c is '~' or '$' or '€' or '£' or '¥')
            {
                (IsApart, Position) = (true, Position + 1);
            }
            else if (c == '\\' && Layout.Contains(CommandAt(Position, out var end)))
            {
                // What \left. and \right. leave open is no full stop.
                Position = end < text.Length && text[end] == '.' && text[end - 1] is 't' ? end + 1 : end;
                IsApart |= !char.IsAsciiLetter(text[end - 1]) || text[end - 1] == 'd';
            }
            else
            {
                return c;
            }
        }

        return '\0';
    }

    /// <summary>The character some places on, as it stands.</summary>
    public char At(int offset) => Position + offset < text.Length ? text[Position + offset] : '\0';

    /// <summary>The command that comes, without its backslash; empty where none comes.</summary>
    public string Command() => Next() == '\\' ? CommandAt(Position, out _) : "";

    /// <summary>Whether a word of this length is followed by blanks and another word or number, as in a sentence.</summary>
    public bool IsProse(int length)
    {
        var next = Position + length;
        while (next < text.Length && char.IsWhiteSpace(text[next]))
        {
            next++;
        }

        return next > Position + length && next < text.Length && char.IsLetterOrDigit(text[next]);
    }

    /// <summary>Takes a command if it is one of these.</summary>
    public bool TakeCommand(params ReadOnlySpan<string> names)
    {
        var command = Command();
        if (command.Length == 0 || !names.Contains(command))
        {
            return false;
        }

        Position += command.Length + 1;
        return true;
    }

    /// <summary>Takes the left side of <c>f(x) = </c> if it comes, and gives it; the sign is left.</summary>
    public string? Definition()
    {
        if (!FunctionLetters.Contains(Next(), StringComparison.Ordinal) || At(0) == '\0')
        {
            return null;
        }

        var (start, end) = (Position, Position + 1);
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || NameCharacters.Contains(text[end], StringComparison.Ordinal)))
        {
            end++;
        }

        // Up to the equals sign there is one pair of brackets with names in it: "x(y + 1) = 3" is an equation.
        if (end >= text.Length || text[end] != '=' || text[start..end].Trim() is not [.., ')'] name || name.Count(c => c == '(') != 1)
        {
            return null;
        }

        Position = end;
        return name;
    }

    /// <summary>Takes a character if it comes.</summary>
    public bool Take(char wanted)
    {
        if (Next() != wanted)
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>Takes a character that has to come.</summary>
    public void Expect(char wanted)
    {
        if (!Take(wanted))
        {
            throw Unreadable();
        }
    }

    /// <summary>The run of letters that comes, left where it is.</summary>
    public string Word()
    {
        Next();
        var end = Position;
        while (end < text.Length && char.IsLetter(text[end]))
        {
            end++;
        }

        return text[Position..end];
    }

    /// <summary>The text of a group in braces, as it stands.</summary>
    public string RawGroup()
    {
        Expect('{');
        var start = Position;
        for (var depth = 1; Position < text.Length; Position++)
        {
            depth += text[Position] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return text[start..Position++];
            }
        }

        throw Unreadable();
    }

    /// <summary>One digit, as LaTeX's commands take it without braces.</summary>
    public Literal Digit() => char.IsAsciiDigit(At(0)) ? new(new Fraction(text[Position++] - '0')) : throw Unreadable();

    /// <summary>A number: digits with thousands set off by commas, blanks, <c>{,}</c> or <c>\,</c>; decimals, repeating ones too;
    /// an exponent of ten.</summary>
    public Literal Number()
    {
        var digits = new System.Text.StringBuilder();
        Digits(digits);
        var isGroup = digits.Length is > 0 and <= 3 && digits[0] != '0';
        while (isGroup && Separator() is > 0 and var separator)
        {
            Position += separator;
            Digits(digits);
        }

        var decimals = 0;
        var repeating = "";
        if (At(0) == '.' && (char.IsAsciiDigit(At(1)) || Overlined(1) is not null))
        {
            Position++;
            var before = digits.Length;
            Digits(digits);
            decimals = digits.Length - before;
            if (Overlined(0) is var (over, length))
            {
                (repeating, Position) = (over, Position + length);
            }
        }

        if (digits.Length + repeating.Length == 0)
        {
            throw Unreadable();
        }

        var scale = BigInteger.Pow(10, decimals);
        var value = new Fraction(Parsed(digits.ToString()), scale);
        if (repeating.Length > 0)
        {
            value += new Fraction(Parsed(repeating), scale * (BigInteger.Pow(10, repeating.Length) - 1));
        }

        return new Literal(value * Exponent());
    }

    public static FormatException Unreadable() => new();

    private static BigInteger Parsed(string digits) =>
        digits.Length == 0 ? BigInteger.Zero : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private void Digits(System.Text.StringBuilder into)
    {
        while (char.IsAsciiDigit(At(0)))
        {
            into.Append(At(0));
            Position++;
        }
    }

    // The length of what stands between thousands, 0 where nothing does: three digits and no fourth must follow.
    private int Separator()
    {
        var length = At(0) is ',' or ' ' && Brackets == 0 ? 1
            : At(0) == '{' && At(1) == ',' && At(2) == '}' ? 3
            : At(0) == '\\' && At(1) == ',' ? 2
            : At(0) == ',' && At(1) == '\\' && At(2) == '!' ? 3
            : 0;
        return length > 0
            && char.IsAsciiDigit(At(length)) && char.IsAsciiDigit(At(length + 1)) && char.IsAsciiDigit(At(length + 2))
            && !char.IsAsciiDigit(At(length + 3)) && !(At(0) == ' ' && At(length + 3) == '/') ? length : 0;
    }

    private (string Digits, int Length)? Overlined(int offset)
    {
        foreach (var command in (string[])[@"\overline{", @"\bar{"])
        {
            var start = Position + offset;
            if (string.CompareOrdinal(text, start, command, 0, command.Length) == 0
                && text.IndexOf('}', start) is > 0 and var end
                && text[(start + command.Length)..end] is { Length: > 0 } digits && digits.All(char.IsAsciiDigit))
            {
                return (digits, end + 1 - start);
            }
        }

        return null;
    }

    // "1e3" and "2.5E-3", but not "2e" or "2ex": e is a number, and a letter.
    private Fraction Exponent()
    {
        if (At(0) is not ('e' or 'E'))
        {
            return Fraction.One;
        }

        var sign = At(1) is '-' or '+' ? 1 : 0;
        var end = 1 + sign;
        while (char.IsAsciiDigit(At(end)))
        {
            end++;
        }

        if (end == 1 + sign || char.IsLetter(At(end)))
        {
            return Fraction.One;
        }

        var digits = text.AsSpan(Position + 1, end - 1);
        if (end > 6 || !int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var by)
            || Math.Abs(by) > MaxExponent)
        {
            throw Unreadable();
        }

        Position += end;
        var power = BigInteger.Pow(10, Math.Abs(by));
        return by < 0 ? new Fraction(BigInteger.One, power) : new Fraction(power);
    }

    // Letters, or one character that is none.
    private string CommandAt(int position, out int end)
    {
        end = position + 1;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        end = end == position + 1 ? Math.Min(end + 1, text.Length) : end;
        return text[(position + 1)..end];
    }
}
