using System.Globalization;
using System.Text;

namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>SentencePiece's tokens: U+2581 is a space, `&lt;0x0A&gt;` a byte, and a character appears with the last of its bytes.</summary>
internal sealed class SentencePieceDecoding(bool dropsFirstSpace) : IDecoding
{
    private readonly Decoder utf8 = Encoding.UTF8.GetDecoder();
    private bool dropsSpace = dropsFirstSpace;

    public IEnumerable<string> Add(string token)
    {
        ReadOnlySpan<byte> bytes = Bytes(token);
        if (dropsSpace && bytes.Length > 0)
        {
            dropsSpace = false;
            bytes = bytes[0] == (byte)' ' ? bytes[1..] : bytes;
        }

        return [Text(bytes, flush: false)];
    }

    public IEnumerable<string> End() => [Text([], flush: true)];

    private string Text(ReadOnlySpan<byte> bytes, bool flush)
    {
        var chars = new char[bytes.Length + 4];
        return new string(chars, 0, utf8.GetChars(bytes, chars, flush));
    }

    private static byte[] Bytes(string piece) =>
        piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? [value] : Encoding.UTF8.GetBytes(piece.Replace('\u2581', ' '));
}
