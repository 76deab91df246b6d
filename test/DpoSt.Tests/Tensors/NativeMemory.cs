using System.Runtime.InteropServices;

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
        var info = MallInfo2();
        return (long)(info.InUse + info.Mapped);
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial MemoryInfo MallInfo2();

    /// <summary>The C library's <c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MemoryInfo
    {
        private readonly nuint arena, ordblks, smblks, hblks;
        public readonly nuint Mapped;
        private readonly nuint usmblks, fsmblks;
        public readonly nuint InUse;
        private readonly nuint fordblks, keepcost;
    }
}
