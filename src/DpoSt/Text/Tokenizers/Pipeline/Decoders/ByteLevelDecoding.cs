using System.Text;
using DpoSt.Text.Tokenizers.ByteLevel;

namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>Tokens are bytes in the byte alphabet, or text where they are not; a character appears with the last of its bytes.</summary>
internal sealed class ByteLevelDecoding : IDecoding
{
    private readonly Decoder utf8 = Encoding.UTF8.GetDecoder();

    public IEnumerable<string> Add(string token) => [Text(ByteAlphabet.Read(token), flush: false)];

    public IEnumerable<string> End() => [Text([], flush: true)];

    private string Text(ReadOnlySpan<byte> bytes, bool flush)
    {
        var chars = new char[bytes.Length + 4];
        return new string(chars, 0, utf8.GetChars(bytes, chars, flush));
    }
}
