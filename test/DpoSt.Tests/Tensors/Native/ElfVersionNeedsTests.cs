using System.Buffers.Binary;
using System.Text;
using DpoSt.Tensors.Native;

namespace DpoSt.Tests.Tensors.Native;

public sealed class ElfVersionNeedsTests
{
    private const string Strings = "\0libone.so\0libtwo.so\0OLD_1\0NEW_2\0";

    [Fact]
    public void Lists_what_a_library_needs() =>
        Assert.Equal(["OLD_1", "NEW_2", "NEW_2"], ElfVersionNeeds.Needs(Image()).Select(need => need.Name));

    [Fact]
    public void Marks_every_need_of_a_version_and_nothing_else()
    {
        var (before, after) = (Image(), Image());
        Assert.Equal(2, ElfVersionNeeds.Weaken(after, "NEW_2"));
        var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).ToArray();
        var flags = ElfVersionNeeds.Needs(before).Where(need => need.Name == "NEW_2").Select(need => need.Offset + 4);
        Assert.Equal(flags, changed);
        Assert.All(changed, i => Assert.Equal(2, after[i]));
    }

    [Fact]
    public void An_absent_version_changes_nothing()
    {
        var image = Image();
        Assert.Equal(0, ElfVersionNeeds.Weaken(image, "OTHER_3"));
        Assert.Equal(Image(), image);
    }

    [Fact]
    public void The_packaged_library_needs_the_symbol_version_that_is_weakened()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(System.IO.File.Exists(file), $"{Path.GetFileName(file)} is not packaged for this system");
        var image = System.IO.File.ReadAllBytes(file);
        Assert.Contains(ElfVersionNeeds.Needs(image), need => need.Name.StartsWith("GLIBC_", StringComparison.Ordinal));
        Assert.Equal(1, ElfVersionNeeds.Weaken(image, "GLIBCXX_3.4.32"));
    }

    /// <summary>
    /// A header, the strings, two needed files with one and two versions, and three section headers: none, strings, needs.
    /// </summary>
    private static byte[] Image()
    {
        const int strings = 64, needs = 128, sections = 256;
        var image = new byte[sections + 3 * 64];
        Encoding.ASCII.GetBytes(Strings).CopyTo(image, strings);
        Word64(image, 0x28, sections);
        Word16(image, 0x3A, 64);
        Word16(image, 0x3C, 3);
        Word64(image, sections + 64 + 24, strings);
        Word32(image, sections + 128 + 4, 0x6ffffffe);
        Word64(image, sections + 128 + 24, needs);
        Word32(image, sections + 128 + 40, 1);
        Word32(image, sections + 128 + 44, 2);
        File(image, needs, versions: 1, next: 32);
        Version(image, needs + 16, "OLD_1", next: 0);
        File(image, needs + 32, versions: 2, next: 0);
        Version(image, needs + 48, "NEW_2", next: 16);
        Version(image, needs + 64, "NEW_2", next: 0);
        return image;
    }

    private static void File(byte[] image, int offset, ushort versions, uint next)
    {
        Word16(image, offset + 2, versions);
        Word32(image, offset + 8, 16);
        Word32(image, offset + 12, next);
    }

    private static void Version(byte[] image, int offset, string name, uint next)
    {
        Word32(image, offset + 8, (uint)Strings.IndexOf(name, StringComparison.Ordinal));
        Word32(image, offset + 12, next);
    }

    private static void Word16(byte[] image, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(offset), value);

    private static void Word32(byte[] image, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), value);

    private static void Word64(byte[] image, int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(offset), value);
}
