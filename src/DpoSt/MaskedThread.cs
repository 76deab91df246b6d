using System.Runtime.InteropServices;

namespace DpoSt;

/// <summary>A thread on which no signal handler runs. oneDNN's generated matrix products (x64, up to 3.11) point the stack register into
/// the heap, and .NET's handlers of Ctrl-C, of an ended child or of a resized terminal write where it points: a signal in the midst of a
/// product damages the heap (uxlfoundation/oneDNN, issue 4845). So work is computed here, and signals find the main thread, which
/// waits.</summary>
internal static unsafe partial class MaskedThread
{
    private const int Block = 0;
    private const int Unblock = 1;
    private const int Replace = 2;
    private const int SetWords = 16;              // sigset_t of glibc and musl: 1024 bits

    // What others send, by Linux's numbers: HUP, INT, QUIT, USR1, USR2, TERM, CHLD, CONT, TSTP, TTIN, TTOU, WINCH. What a thread brings on
    // itself, a bad address above all, and what .NET sends between its own threads must come through.
    private static readonly int[] Sent = [1, 2, 3, 10, 12, 15, 17, 18, 20, 21, 22, 28];

    /// <summary>Runs work on such a thread and waits for its result; threads that it starts are such threads too.</summary>
    public static int Run(Func<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (!OperatingSystem.IsLinux())
        {
            return work();
        }

        NativeMemoryPool.KeepFreed();                // before the thread begins: it gets its pool then
        var result = 0;
        var thread = new Thread(() =>
        {
            Mask(Block, Sent, null);
            result = work();
        });
        thread.Start();
        thread.Join();
        return result;
    }

    /// <summary>Starts another process from such a thread: it inherits what is masked, and would not hear Ctrl-C.</summary>
    public static T Unmasked<T>(Func<T> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (!OperatingSystem.IsLinux())
        {
            return start();
        }

        var before = stackalloc ulong[SetWords];
        Mask(Unblock, Sent, before);
        try
        {
            return start();
        }
        finally
        {
            _ = SetMask(Replace, before, null);
        }
    }

    private static void Mask(int how, int[] signals, ulong* before)
    {
        var set = stackalloc ulong[SetWords];
        foreach (var signal in signals)
        {
            set[0] |= 1UL << (signal - 1);
        }

        _ = SetMask(how, set, before);
    }

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int SetMask(int how, ulong* set, ulong* before);
}
