using System.Runtime.InteropServices;

namespace DpoSt;

/// <summary>How the C library keeps what libtorch frees. By itself it gives large blocks back to the system at once, and every tensor of
/// the next step is paid for with page faults and cleared pages: a sixth of a training step. Of glibc only; elsewhere nothing
/// happens.</summary>
internal static partial class NativeMemoryPool
{
    // Parameters of mallopt(3): M_MMAP_MAX, M_TRIM_THRESHOLD, M_ARENA_MAX.
    private const int MappedBlocks = -4;
    private const int TrimThreshold = -1;
    private const int Arenas = -8;

    private static readonly string[] Variables =
        ["MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_ARENA_MAX", "GLIBC_TUNABLES"];

    /// <summary>Keeps freed memory in the process, and gives threads that begin from now on the main pool: those of other threads have no
    /// room for blocks over 64 MB, as logits are, and hand them back. What the user has set stays.</summary>
    public static void KeepFreed()
    {
        if (!OperatingSystem.IsLinux() || Array.Exists(Variables, name => Environment.GetEnvironmentVariable(name) is not null))
        {
            return;
        }

        if (NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "mallopt", out _))
        {
            _ = Set(MappedBlocks, 0);
            _ = Set(TrimThreshold, -1);
            _ = Set(Arenas, 1);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
