using System.Globalization;
using System.Text;

namespace DpoSt.Text.Tokenizers.Expressions;

/// <summary>A set of characters (code points). The answer for ASCII is kept, since most text is that.</summary>
internal sealed class Characters
{
    private readonly Func<int, bool> holds;
    private readonly bool[] ascii = new bool[128];

    private Characters(Func<int, bool> holds)
    {
        this.holds = holds;
        for (var c = 0; c < 128; c++)
        {
            ascii[c] = holds(c);
        }
    }

    /// <summary>White space as Unicode's White_Space says.</summary>
    public static Characters Space { get; } = new(c => c <= char.MaxValue && char.IsWhiteSpace((char)c));

    public static Characters Digit { get; } = Category(UnicodeCategory.DecimalDigitNumber);

    /// <summary>What Oniguruma means by `\w`: letters, marks, digits, connectors, and of Latin-1 all superscripts and fractions.</summary>
    public static Characters Word { get; } =
        new(c => IsLetterLike(c) || Is(c, UnicodeCategory.DecimalDigitNumber) || c is 0xB2 or 0xB3 or 0xB9 or (>= 0xBC and <= 0xBE));

    /// <summary>What Rust's expressions mean by `\w`: the two joiners in place of Latin-1's numbers.</summary>
    public static Characters RustWord { get; } =
        new(c => IsLetterLike(c) || Is(c, UnicodeCategory.DecimalDigitNumber) || c is 0x200C or 0x200D);

    public static Characters Hexadecimal { get; } = new(c => c < 128 && char.IsAsciiHexDigit((char)c));

    /// <summary>Unicode's numbers of any kind.</summary>
    public static Characters Number { get; } =
        Category(UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber);

    public static Characters Of(int character) => new(c => c == character);
    public static Characters Between(int first, int last) => new(c => c >= first && c <= last);

    public static Characters Category(params UnicodeCategory[] categories) =>
        new(c => categories.Contains(CharUnicodeInfo.GetUnicodeCategory(c)));

    public static Characters Where(Func<int, bool> holds) => new(holds);

    public bool Has(int character) => character < 128 ? ascii[character] : holds(character);
    public Characters Or(Characters other) => new(c => Has(c) || other.Has(c));
    public Characters Not() => new(c => !Has(c));

    /// <summary>With every character also those that differ from it in case only.</summary>
    public Characters IgnoringCase() => new(c => Has(c) || Cases(c).Any(Has));

    /// <summary>The character that starts at a place, and how many UTF-16 units it takes; half a pair stands for itself.</summary>
    public static (int Character, int Units) At(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        return char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
            ? (char.ConvertToUtf32(c, text[at + 1]), 2)
            : (c, 1);
    }

    private static bool Is(int c, UnicodeCategory category) => CharUnicodeInfo.GetUnicodeCategory(c) == category;

    /// <summary>Letters by category, marks, connectors, and the circled and squared letters that Unicode calls alphabetic.</summary>
    private static bool IsLetterLike(int c) => CharUnicodeInfo.GetUnicodeCategory(c) is <= UnicodeCategory.OtherLetter
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation
        || c is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static IEnumerable<int> Cases(int c) => c switch
    {
        's' or 'S' => ['s', 'S', 0x17F],
        0x17F => ['s', 'S'],
        'k' or 'K' => ['k', 'K', 0x212A],
        0x212A => ['k', 'K'],
        _ when Rune.TryCreate(c, out var rune) => [Rune.ToLowerInvariant(rune).Value, Rune.ToUpperInvariant(rune).Value],
        _ => [],
    };
}
