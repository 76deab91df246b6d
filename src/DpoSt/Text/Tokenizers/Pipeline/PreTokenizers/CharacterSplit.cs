using System.Globalization;
using DpoSt.Text.Tokenizers.Expressions;

namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>Cuts at single characters: `Digits`, `Punctuation`, `WhitespaceSplit`.</summary>
internal sealed class CharacterSplit(Characters delimiters, Behaviour behaviour) : IPreTokenizer
{
    /// <summary>ASCII's symbols and Unicode's punctuation, of the age that the original knows.</summary>
    public static Characters Punctuation { get; } = Characters.Where(c =>
        c < 128 ? c is > 32 and < 127 && !char.IsAsciiLetterOrDigit((char)c)
        : c is 0x166D or 0x111C9
            || (CharUnicodeInfo.GetUnicodeCategory(c) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation
                && !IsLater(c)));

    /// <summary>Unicode's numbers, those of Unicode 17 included.</summary>
    public static Characters Digits { get; } =
        Characters.Number.Or(Characters.Where(c => c is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6)));

    public void Split(Stretch stretch, bool continues, List<Stretch> parts) =>
        Cutting.Cut(stretch, Cutting.Each(delimiters, stretch.Span), behaviour, inverts: false, parts);

    /// <summary>Punctuation that joined Unicode, or became punctuation, after version 7.</summary>
    private static bool IsLater(int c)
    {
        var index = Array.BinarySearch(Later, c);
        // First characters stand at even places, last ones at odd: between the two an even place was the nearest below.
        return index >= 0 || (~index & 1) == 1;
    }

    private static readonly int[] Later =
    [
        0x61D, 0x61D, 0x9FD, 0x9FD, 0xA76, 0xA76, 0xC77, 0xC77, 0xC84, 0xC84, 0x1B4E, 0x1B4F, 0x1B7D, 0x1B7F, 0x2E43, 0x2E4F, 0x2E52,
        0x2E5D, 0x10D6E, 0x10D6E, 0x10EAD, 0x10EAD, 0x10F55, 0x10F59, 0x10F86, 0x10F89, 0x113D4, 0x113D5, 0x113D7, 0x113D8, 0x1144B,
        0x1144F, 0x1145A, 0x1145B, 0x1145D, 0x1145D, 0x11660, 0x1166C, 0x116B9, 0x116B9, 0x1183B, 0x1183B, 0x11944, 0x11946, 0x119E2,
        0x119E2, 0x11A3F, 0x11A46, 0x11A9A, 0x11A9C, 0x11A9E, 0x11AA2, 0x11B00, 0x11B09, 0x11BE1, 0x11BE1, 0x11C41, 0x11C45, 0x11C70,
        0x11C71, 0x11EF7, 0x11EF8, 0x11F43, 0x11F4F, 0x11FFF, 0x11FFF, 0x12FF1, 0x12FF2, 0x16D6D, 0x16D6F, 0x16E97, 0x16E9A, 0x16FE2,
        0x16FE2, 0x1E5FF, 0x1E5FF, 0x1E95E, 0x1E95F,
    ];
}
