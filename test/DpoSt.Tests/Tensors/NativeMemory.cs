using System.Globalization;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace DpoSt.Tests.Tensors;

/// <summary>What the C library says is allocated: every tensor on the CPU to the byte, but for those that lie over .NET's arrays.</summary>
internal static partial class NativeMemory
{
    /// <summary>Skips a test where the C library has no such account.</summary>
    public static void SkipUnlessTold() =>
        Assert.SkipUnless(
            RuntimeInformation.RuntimeIdentifier.StartsWith("linux", StringComparison.Ordinal),
            "the C library's own account of its memory is asked");

    /// <summary>Bytes allocated now.</summary>
    public static long Allocated()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // Of all its pools: a thread that is older than libtorch has one of its own, which mallinfo2 leaves out.
        var account = XElement.Parse(Account());
        return Size("system", "current") - Size("total", "fast") - Size("total", "rest") + Size("total", "mmap");

        long Size(string name, string type) => long.Parse(
            account.Elements(name).Single(e => e.Attribute("type")!.Value == type).Attribute("size")!.Value, CultureInfo.InvariantCulture);
    }

    private static unsafe string Account()
    {
        var written = stackalloc nint[2];    // where the text lies and how long it is, once the stream is closed
        var stream = OpenMemoryStream(written, written + 1);
        Assert.Equal(0, MallocInfo(0, stream));
        Assert.Equal(0, Close(stream));
        var account = Marshal.PtrToStringUTF8(written[0], (int)written[1]);
        Free(written[0]);
        return account;
    }

    [LibraryImport("libc.so.6", EntryPoint = "open_memstream")]
    private static unsafe partial nint OpenMemoryStream(nint* text, nint* size);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_info")]
    private static partial int MallocInfo(int options, nint stream);

    [LibraryImport("libc.so.6", EntryPoint = "fclose")]
    private static partial int Close(nint stream);

    [LibraryImport("libc.so.6", EntryPoint = "free")]
    private static partial void Free(nint memory);
}
