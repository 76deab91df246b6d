using System.Buffers.Binary;
using System.Text;

namespace DpoSt.Text.Tokenizers;

/// <summary>
/// SentencePiece's normaliser (nmt_nfkc in T5): a map from character sequences to their replacements, compiled into a Darts double
/// array followed by the replacements, each ended by a zero. The longest sequence that the map knows is replaced.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] units;
    private readonly byte[] replacements;

    /// <exception cref="FormatException">The map's length does not fit its header.</exception>
    public CharacterMap(byte[] compiled)
    {
        if (compiled.Length == 0)
        {
            (units, replacements) = ([], []);
            return;
        }

        var size = compiled.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(compiled);
        if (size > compiled.Length - 4 || size % 4 != 0)
        {
            throw new FormatException("its character map is broken");
        }

        units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(compiled.AsSpan(4 + (4 * i)));
        }

        replacements = compiled[(4 + (int)size)..];
    }

    /// <summary>The text with every known sequence replaced.</summary>
    public string Apply(ReadOnlySpan<char> text)
    {
        // Printable ASCII maps to itself unless a combining mark follows, which is not ASCII.
        if (units.Length == 0 || text.IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return text.ToString();
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var result = new List<byte>(bytes.Length + 16);
        for (var at = 0; at < bytes.Length;)
        {
            var (length, value) = Longest(bytes.AsSpan(at));
            if (length > 0)
            {
                var end = replacements.AsSpan(value).IndexOf((byte)0);
                result.AddRange(replacements.AsSpan(value, end < 0 ? replacements.Length - value : end));
                at += length;
                continue;
            }

            _ = Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out var used);
            result.AddRange(bytes.AsSpan(at, used));
            at += used;
        }

        return Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(result));
    }

    private (int Length, int Value) Longest(ReadOnlySpan<byte> bytes)
    {
        var (longest, value) = (0, 0);
        var node = Offset(units[0]);
        for (var i = 0; i < bytes.Length; i++)
        {
            node ^= bytes[i];
            if (node >= units.Length || (units[node] & 0x800000FF) != bytes[i])
            {
                break;
            }

            var hasLeaf = (units[node] & 0x100) != 0;
            node ^= Offset(units[node]);
            if (hasLeaf && node < units.Length && (units[node] & 0x7FFFFFFF) < replacements.Length)
            {
                (longest, value) = (i + 1, (int)(units[node] & 0x7FFFFFFF));
            }
        }

        return (longest, value);
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
