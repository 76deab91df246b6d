using System.Globalization;

namespace DpoSt.Text.Tokenizers.Expressions;

/// <summary>Properties by the names that expressions use: Unicode's general categories, and Han.</summary>
internal static class CharacterProperty
{
    // The order is that of UnicodeCategory.
    private static readonly string[] Categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    // The characters of the script Han (Scripts.txt of Unicode 16), as first and last.
    private static readonly int[] Han =
    [
        0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x3005, 0x3005, 0x3007, 0x3007, 0x3021, 0x3029, 0x3038, 0x303B, 0x3400, 0x4DBF,
        0x4E00, 0x9FFF, 0xF900, 0xFA6D, 0xFA70, 0xFAD9, 0x16FE2, 0x16FE3, 0x16FF0, 0x16FF1, 0x20000, 0x2A6DF, 0x2A700, 0x2B739, 0x2B740,
        0x2B81D, 0x2B820, 0x2CEA1, 0x2CEB0, 0x2EBE0, 0x2EBF0, 0x2EE5D, 0x2F800, 0x2FA1D, 0x30000, 0x3134A, 0x31350, 0x323AF,
    ];

    /// <summary>The characters of a category ("Lu"), of a group of categories ("L"), or of "Han"; null for any other name.</summary>
    public static Characters? Find(string name)
    {
        if (name == "Han")
        {
            return Characters.Where(c => Enumerable.Range(0, Han.Length / 2).Any(i => c >= Han[2 * i] && c <= Han[(2 * i) + 1]));
        }

        UnicodeCategory[] categories =
            [.. Enum.GetValues<UnicodeCategory>().Where(c => Categories[(int)c] == name || Categories[(int)c][..1] == name)];
        return categories.Length > 0 ? Characters.Category(categories) : null;
    }
}
