using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DpoSt.Tensors.Native;

namespace DpoSt.Tensors.Devices;

/// <summary>Runs one of our kernels on the threads libtorch already has (its OpenMP pool), so that two pools never fight for the cores: an
/// idle OpenMP worker spins for a while, and a thread of .NET's pool would have to wait for it. Where no OpenMP runtime is found, .NET's
/// pool is used.</summary>
internal static unsafe class CpuThreads
{
    private static readonly delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, void>, void*, uint, uint, void> GompParallel =
        FindParallel();
    private static readonly delegate* unmanaged[Cdecl]<int> ThreadNumber =
        (delegate* unmanaged[Cdecl]<int>)FindExport("omp_get_thread_num");
    private static readonly delegate* unmanaged[Cdecl]<int> ThreadsGranted =
        (delegate* unmanaged[Cdecl]<int>)FindExport("omp_get_num_threads");

    /// <summary>How many threads kernels use; the same number libtorch uses.</summary>
    public static int Count { get; private set; } = 1;

    /// <summary>Sets the number of threads for libtorch's kernels and for ours.</summary>
    public static void Use(int threads)
    {
        NativeLibraries.EnsureLoaded();
        TorchSharp.torch.set_num_threads(threads);
        Count = threads;
    }

    /// <summary>Calls <paramref name="body"/> with disjoint ranges that cover [0, count), on up to <see cref="Count"/> threads.</summary>
    /// <param name="work">A rough number of operations an item costs; small jobs stay on the calling thread.</param>
    /// <param name="body">First and one past the last item. Must not throw.</param>
    public static void For(int count, long work, Action<int, int> body)
    {
        var threads = (int)Math.Min(Math.Min(Count, count), Math.Max(1, count * work / 30_000));
        if (threads <= 1)
        {
            body(0, count);
        }
        else if (GompParallel == null)
        {
            System.Threading.Tasks.Parallel.For(
                0, threads, t => body((int)((long)count * t / threads), (int)((long)count * (t + 1) / threads)));
        }
        else
        {
            var job = new Job(count, threads, body);
            var handle = GCHandle.Alloc(job);
            GompParallel(&Run, (void*)GCHandle.ToIntPtr(handle), (uint)threads, 0);
            handle.Free();
        }
    }

    private sealed record Job(int Count, int Threads, Action<int, int> Body);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Run(void* data)
    {
        var job = (Job)GCHandle.FromIntPtr((nint)data).Target!;
        // OpenMP may grant fewer threads than asked for (a limit, a busy machine, a nested region): each then does several parts.
        for (int part = ThreadNumber(), threads = ThreadsGranted(); part < job.Threads; part += threads)
        {
            job.Body((int)((long)job.Count * part / job.Threads), (int)((long)job.Count * (part + 1) / job.Threads));
        }
    }

    private static delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, void>, void*, uint, uint, void> FindParallel() =>
        (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, void>, void*, uint, uint, void>)FindExport("GOMP_parallel");

    private static nint FindExport(string name)
    {
        NativeLibraries.EnsureLoaded();
        if (NativeLibraries.Folder is not { } folder)
        {
            return 0;
        }

        // libtorch ships its own OpenMP runtime beside itself; it is loaded already, so this only finds its handle.
        var file = Directory.EnumerateFiles(folder, "libgomp*").FirstOrDefault();
        return file is not null && NativeLibrary.TryLoad(file, out var library) && NativeLibrary.TryGetExport(library, name, out var export)
            ? export : 0;
    }
}
