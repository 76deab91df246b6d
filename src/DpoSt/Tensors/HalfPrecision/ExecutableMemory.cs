using System.Runtime.InteropServices;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>Memory that holds our code, for the life of the process: never writable and executable at once. Of Linux only.</summary>
internal static unsafe partial class ExecutableMemory
{
    // mmap(2), mprotect(2).
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const int PrivateAnonymous = 0x22;

    /// <summary>The address of a copy of the code; zero where the system allows none, as hardened ones may.</summary>
    public static nint Place(ReadOnlySpan<byte> code)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        var size = (nint)code.Length;
        var place = Map(0, size, Read | Write, PrivateAnonymous, -1, 0);
        if (place == -1)
        {
            return 0;
        }

        code.CopyTo(new Span<byte>((void*)place, code.Length));
        if (Protect(place, size, Read | Execute) == 0)
        {
            return place;
        }

        _ = Unmap(place, size);
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nint length, int access, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Protect(nint address, nint length, int access);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nint length);
}
