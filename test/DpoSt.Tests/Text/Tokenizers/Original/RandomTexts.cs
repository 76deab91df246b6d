using System.Text;

namespace DpoSt.Tests.Text.Tokenizers.Original;

/// <summary>Texts of everything that a tokenizer treats in its own way, and of any characters at all.</summary>
internal static class RandomTexts
{
    private static readonly string[] Parts =
    [
        "a", "b", "the", "The", " the", "apples", "I'm", "it's", "WE'LL", "don't", "'s", "'S", "'\u017F", "n't", " '", "1",
        "23", "4567", "3.50", "1,000", "½", "²", "Ⅷ", "٣", "१२",
        " ", " ", "  ", "   ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u3000", "\u2009", "\u2028", "\u0085", "\u200b",
        "\u200d", "\u200c",
        ".", "...", "!", "?!", ",", "-", "--", "$", "$5", "<<", ">>", "=", "+", "_", "__x", "#", "@", "(", ")", "[", "]",
        "\"", "“", "”", "«", "„", "`", "^", "~", "|", "\\", "%",
        "é", "e\u0301", "É", "ñ", "ü", "ß", "ẞ", "ﬁ", "ﬆ", "Å", "Å", "Ω", "İ", "ı", "K", "ﾊﾟ", "Ａ", "１", "ＡＢＣ", "①", "㌀",
        "㎏", "ǆ", "ﷺ",
        "中", "中文", "日本語", "ー", "한국", "\u1112\u1161\u11ab", "Ж", "привет", "ا", "السلام", "שלום", "क्षि", "ก็", "\u0301",
        "\u0323\u0301", "q\u0307\u0323",
        "😀", "👩‍👩‍👧", "🇫🇷", "𝐀", "𝟙", "𐐀", "\U0001F1E6", "☕", "️", "\u0001", "\u0007", "\ufeff", "\ufffd", "\u00ad",
        "\u1680", "\u180e",
        "▁", "▁▁", "▁the", "Ġ", "Ġthe", "<0x41>", "<unk>", "<s>", "</s>", "<calc>", "<CALC>", " <calc> ", "<calc><calc>",
        "x<mask>y", "##", "</w>", "it is 3 apples, ok",
    ];

    public static IEnumerable<string> Of(int count, int seed)
    {
        var random = new Random(seed);
        yield return "";
        for (var i = 1; i < count; i++)
        {
            var text = new StringBuilder();
            for (var parts = random.Next(1, 14); parts > 0; parts--)
            {
                _ = random.Next(12) == 0 ? text.Append(AnyCharacter(random)) : text.Append(Parts[random.Next(Parts.Length)]);
            }

            yield return text.ToString();
        }
    }

    /// <summary>Any character but U+0000 and surrogates, the low ones more often.</summary>
    private static string AnyCharacter(Random random)
    {
        var value = random.Next(4) switch
        {
            0 => random.Next(1, 0x300),
            1 => random.Next(1, 0x3000),
            2 => random.Next(1, 0xD800),
            _ => random.Next(0xE000, 0x30000),
        };
        return char.ConvertFromUtf32(value);
    }
}
