using System.Buffers.Binary;
using System.Text;

namespace DpoSt.Tensors.Native;

/// <summary>Edits the list of symbol versions a 64-bit little-endian ELF library needs (<c>.gnu.version_r</c>, System V ABI with GNU
/// versioning). A version marked weak may be absent: the loader then goes on as long as no relocation uses it.</summary>
internal static class ElfVersionNeeds
{
    private const uint VersionNeedSection = 0x6ffffffe;      // SHT_GNU_verneed
    private const ushort WeakFlag = 2;                       // VER_FLG_WEAK

    /// <summary>Marks every need of <paramref name="version"/> in <paramref name="image"/> as weak; returns how many there were.</summary>
    public static int Weaken(byte[] image, string version)
    {
        var count = 0;
        foreach (var (offset, name) in Needs(image))
        {
            if (name == version)
            {
                var flags = image.AsSpan(offset + 4, 2);
                BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | WeakFlag));
                count++;
            }
        }

        return count;
    }

    /// <summary>Every needed version: the offset of its auxiliary entry (Vernaux) and its name.</summary>
    public static IEnumerable<(int Offset, string Name)> Needs(byte[] image)
    {
        var sections = (int)Int64(image, 0x28);              // e_shoff
        var sectionSize = Int16(image, 0x3A);                // e_shentsize
        var sectionCount = Int16(image, 0x3C);               // e_shnum
        for (var s = 0; s < sectionCount; s++)
        {
            var header = sections + s * sectionSize;
            if (Int32(image, header + 4) != VersionNeedSection)
            {
                continue;
            }

            var strings = (int)Int64(image, sections + (int)Int32(image, header + 40) * sectionSize + 24);
            var need = (int)Int64(image, header + 24);
            for (var files = Int32(image, header + 44); files > 0; files--)
            {
                var entry = need + (int)Int32(image, need + 8);
                for (var entries = Int16(image, need + 2); entries > 0; entries--)
                {
                    yield return (entry, Text(image, strings + (int)Int32(image, entry + 8)));
                    entry += (int)Int32(image, entry + 12);
                }

                need += (int)Int32(image, need + 12);
            }
        }
    }

    private static string Text(byte[] image, int offset) =>
        Encoding.ASCII.GetString(image, offset, Array.IndexOf(image, (byte)0, offset) - offset);

    private static long Int64(byte[] image, int offset) => BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(offset));
    private static uint Int32(byte[] image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(offset));
    private static ushort Int16(byte[] image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(offset));
}
