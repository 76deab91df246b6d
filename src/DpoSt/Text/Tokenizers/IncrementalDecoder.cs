using System.Text;

namespace DpoSt.Text.Tokenizers;

/// <summary>Turns ids into text one at a time, at a cost that does not grow with the text. A character whose bytes are spread over several
/// tokens appears with the last of them. The concatenation of what it returns equals <see cref="ITokenizer.Decode"/>.</summary>
public sealed class IncrementalDecoder
{
    private readonly TokenTable table;
    private readonly bool skipSpecialTokens;
    private readonly Decoder utf8 = Encoding.UTF8.GetDecoder();
    private bool dropSpace;

    internal IncrementalDecoder(TokenTable table, bool skipSpecialTokens, bool dropFirstSpace) =>
        (this.table, this.skipSpecialTokens, dropSpace) = (table, skipSpecialTokens, dropFirstSpace);

    /// <summary>The text that this token completes; empty where it completes none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is outside the vocabulary.</exception>
    public string Append(int id)
    {
        if (skipSpecialTokens && table.IsSpecial(id))
        {
            return "";
        }

        var bytes = table.BytesOf(id);
        if (dropSpace && bytes.Length > 0)
        {
            dropSpace = false;
            bytes = bytes[0] == (byte)' ' ? bytes[1..] : bytes;
        }

        return Convert(bytes, flush: false);
    }

    /// <summary>The end of the text: bytes that still wait for the rest of their character, as U+FFFD.</summary>
    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> chars = bytes.Length <= 120 ? stackalloc char[128] : new char[bytes.Length + 4];
        return new string(chars[..utf8.GetChars(bytes, chars, flush)]);
    }
}
