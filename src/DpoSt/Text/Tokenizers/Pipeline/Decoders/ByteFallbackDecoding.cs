using System.Globalization;
using System.Text;

namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>A run of tokens such as `&lt;0x0A&gt;` is the text of its bytes; where they are none, each is U+FFFD.</summary>
internal sealed class ByteFallbackDecoding : IDecoding
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly List<byte> run = [];

    public IEnumerable<string> Add(string token)
    {
        if (Byte(token) is { } value)
        {
            run.Add(value);
            return [];
        }

        return [.. End(), token];
    }

    public IEnumerable<string> End()
    {
        var bytes = run.ToArray();
        run.Clear();
        try
        {
            return bytes.Length == 0 ? [] : [Strict.GetString(bytes)];
        }
        catch (DecoderFallbackException)
        {
            return Enumerable.Repeat("\uFFFD", bytes.Length);
        }
    }

    /// <summary>Rust reads a sign too: `&lt;0x+1&gt;` is 1.</summary>
    private static byte? Byte(string token)
    {
        if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>')
        {
            return null;
        }

        var digits = token.AsSpan(token[3] == '+' ? 4 : 3, token[3] == '+' ? 1 : 2);
        return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
