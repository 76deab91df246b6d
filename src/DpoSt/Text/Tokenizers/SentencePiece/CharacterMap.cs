using System.Buffers.Binary;
using System.Text;

namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>SentencePiece's normaliser (nmt_nfkc in T5): a map from character sequences to their replacements, compiled into a Darts double
/// array followed by the replacements, each ended by a zero. The longest sequence that the map knows is replaced.</summary>
internal sealed class CharacterMap
{
    private readonly uint[] units;
    private readonly byte[] replacements;

    // Whether printable ASCII is left alone unless something else follows it, as in T5's map: such text needs no looking up.
    private readonly bool keepsAscii;

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
        keepsAscii = units.Length > 0 && Printable().All(a => Printable().All(b => Longest([a, b]) is { Length: 0, Read: < 2 }));
    }

    /// <summary>The text with every known sequence replaced.</summary>
    public string Apply(ReadOnlySpan<char> text)
    {
        if (Keeps(text))
        {
            return text.ToString();
        }

        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text.ToString());
        var result = new List<byte>(bytes.Length + 16);
        for (var at = 0; at < bytes.Length;)
        {
            // The last of a run of ASCII is looked up: a mark may follow it.
            var other = keepsAscii ? bytes[at..].IndexOfAnyExceptInRange((byte)' ', (byte)'~') : 0;
            var run = other < 0 ? bytes.Length - at : Math.Max(0, other - 1);
            result.AddRange(bytes.Slice(at, run));
            at += run;
            if (at == bytes.Length)
            {
                break;
            }

            var (length, value, _) = Longest(bytes[at..]);
            if (length > 0)
            {
                result.AddRange(Replacement(value));
                at += length;
                continue;
            }

            _ = Rune.DecodeFromUtf8(bytes[at..], out _, out var used);
            result.AddRange(bytes.Slice(at, used));
            at += used;
        }

        return Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(result));
    }

    /// <summary>Whether the map surely leaves a text as it is.</summary>
    public bool Keeps(ReadOnlySpan<char> text) => units.Length == 0 || (keepsAscii && text.IndexOfAnyExceptInRange(' ', '~') < 0);

    /// <summary>What stands for a text by the shortest known sequence at its start, as Hugging Face's library looks it up; null where none
    /// is known.</summary>
    public string? ByShortest(ReadOnlySpan<char> text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        for (var length = 1; length <= bytes.Length && bytes[length - 1] != 0; length++)
        {
            var (known, value, read) = Longest(bytes.AsSpan(0, length));
            if (known == length)
            {
                return Encoding.UTF8.GetString(Replacement(value));
            }

            if (read < length)
            {
                break;
            }
        }

        return null;
    }

    private ReadOnlySpan<byte> Replacement(int at)
    {
        var end = replacements.AsSpan(at).IndexOf((byte)0);
        return replacements.AsSpan(at, end < 0 ? replacements.Length - at : end);
    }

    private static IEnumerable<byte> Printable() => Enumerable.Range(' ', '~' - ' ' + 1).Select(b => (byte)b);

    /// <summary>The longest known sequence at the start, where its replacement is, and how many bytes begin any sequence.</summary>
    private (int Length, int Value, int Read) Longest(ReadOnlySpan<byte> bytes)
    {
        var (longest, value, read) = (0, 0, 0);
        for (var node = Offset(units[0]); read < bytes.Length; read++)
        {
            node ^= bytes[read];
            if (node >= units.Length || (units[node] & 0x800000FF) != bytes[read])
            {
                break;
            }

            var hasLeaf = (units[node] & 0x100) != 0;
            node ^= Offset(units[node]);
            if (hasLeaf && node < units.Length && (units[node] & 0x7FFFFFFF) < replacements.Length)
            {
                (longest, value) = (read + 1, (int)(units[node] & 0x7FFFFFFF));
            }
        }

        return (longest, value, read);
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
