using System.Text;

namespace DpoSt.Text.Tokenizers.ByteLevel;

/// <summary>GPT-2's spelling of bytes (Radford et al. 2019): printable Latin-1 characters stand for themselves, the other 68 bytes for the
/// characters from U+0100 on, so that every token is printable text. A space is "Ġ".</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly Dictionary<char, byte> Bytes = Characters.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);
    public static char Spell(byte value) => Characters[value];

    public static string Spell(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length, bytes, static (text, values) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = Characters[values[i]];
        }
    });

    /// <summary>The bytes of a token; a character outside the alphabet (an added token's) is taken as it is.</summary>
    public static byte[] Read(string piece) =>
        piece.All(Bytes.ContainsKey) ? [.. piece.Select(c => Bytes[c])] : Encoding.UTF8.GetBytes(piece);

    private static char[] Build()
    {
        var (characters, next) = (new char[256], 256);
        for (var b = 0; b < 256; b++)
        {
            characters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++;
        }

        return characters;
    }
}
