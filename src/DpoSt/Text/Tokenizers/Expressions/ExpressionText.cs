using System.Globalization;

namespace DpoSt.Text.Tokenizers.Expressions;

/// <summary>An expression that is being read, from left to right.</summary>
internal sealed class ExpressionText(string text)
{
    private const int Deepest = 100;
    private const string ClassNames = "dDwWsShHpP";
    private int depth;

    public int At { get; private set; }

    public bool IsAtEnd => At >= text.Length;

    /// <summary>The unit that is read next; U+0000 at the end.</summary>
    public char Next => IsAtEnd ? '\0' : text[At];

    public char Second => At + 1 < text.Length ? text[At + 1] : '\0';

    /// <summary>Whether an escape is next that stands for a class of characters, such as `\\w`.</summary>
    public bool IsAtClass => Next == '\\' && Second != '\0' && ClassNames.Contains(Second);

    public bool Takes(string what)
    {
        var takes = string.CompareOrdinal(text, At, what, 0, what.Length) == 0;
        At += takes ? what.Length : 0;
        return takes;
    }

    /// <summary>The text up to an end, which is passed; null where it does not come.</summary>
    public string? Until(char end)
    {
        var (start, found) = (At, text.IndexOf(end, At));
        At = found < 0 ? At : found + 1;
        return found < 0 ? null : text[start..found];
    }

    /// <summary>How often, in braces, or null where the braces are mere text.</summary>
    public (int Least, int Most)? Interval()
    {
        var (start, inner) = (At, Takes("{") ? Until('}') : null);
        var bounds = inner?.Split(',') ?? [];
        if (bounds.Length is not (1 or 2) || bounds.All(b => b.Length == 0) || bounds.Any(b => b.Length > 4 || !b.All(char.IsAsciiDigit)))
        {
            At = start;
            return null;
        }

        var (least, most) = (Count(bounds[0], 0), Count(bounds[^1], int.MaxValue));
        return least <= most ? (least, most) : throw Error("a count whose end is before its start");
    }

    /// <summary>One character, whatever it is.</summary>
    public int Character()
    {
        var (character, units) = IsAtEnd ? throw Error("an end where a character belongs") : Characters.At(text, At);
        At += units;
        return character;
    }

    /// <summary>A group or a set begins; too many inside each other would exhaust the stack.</summary>
    public void Enter()
    {
        if (++depth > Deepest)
        {
            throw Error("groups or sets inside each other too often");
        }
    }

    public void Leave() => depth--;

    /// <summary>The characters that the next escape stands for.</summary>
    public Characters Class()
    {
        _ = Takes("\\");
        var name = (char)Character();
        var set = char.ToLowerInvariant(name) switch
        {
            'd' => Characters.Digit,
            'w' => Characters.Word,
            's' => Characters.Space,
            'h' => Characters.Hexadecimal,
            _ => Property(),
        };
        return char.IsAsciiLetterUpper(name) ? set.Not() : set;
    }

    /// <summary>The character that is next, written as itself or as an escape.</summary>
    public int Literal()
    {
        if (!Takes("\\"))
        {
            return Character();
        }

        var name = Character();
        return name switch
        {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            'u' => Hexadecimal(Digits(4), 0xFFFF),
            'x' when Takes("{") => Hexadecimal(Until('}') ?? "", 0x10FFFF),
            // Two digits are a byte, which is a character only below 128.
            'x' => Hexadecimal(Digits(2), 0x7F),
            < 128 when char.IsAsciiLetterOrDigit((char)name) => throw Error($"the escape '\\{(char)name}'"),
            _ => name,
        };
    }

    public FormatException Error(string what) =>
        new($"the expression '{(text.Length > 200 ? text[..200] + "..." : text)}' has at place {At} {what}, which dpost cannot read");

    private static int Count(string digits, int otherwise) =>
        digits.Length == 0 ? otherwise : int.Parse(digits, CultureInfo.InvariantCulture);

    private Characters Property()
    {
        var name = Takes("{") ? Until('}') : null;
        var isNegative = name is ['^', ..];
        var set = name is null ? throw Error("a property without its name in braces")
            : CharacterProperty.Find(isNegative ? name[1..] : name) ?? throw Error($"the property '{name}'");
        return isNegative ? set.Not() : set;
    }

    private string Digits(int count)
    {
        var digits = text[At..Math.Min(text.Length, At + count)];
        At += digits.Length;
        return digits.Length == count ? digits : "";
    }

    private int Hexadecimal(string digits, int most) =>
        digits.Length <= 6 && digits.All(char.IsAsciiHexDigit)
            && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value <= most
            ? value : throw Error("a character by number");
}
