using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>Work as one of the ranks that mpirun has started, or alone.</summary>
internal static partial class RankJob
{
    /// <summary>Does the work with the group this process belongs to. Where it throws, the group is not left: a rank that ends so ends all
    /// others, instead of letting them wait for it: by mpirun's doing, or because its heartbeat ends without a farewell (<c>srun</c> lets
    /// them live).</summary>
    /// <param name="device">Where this process computes: ranks with a GPU each are connected by NCCL.</param>
    /// <param name="work">What is done.</param>
    public static T Run<T>(Device device, Func<IProcessGroup, T> work)
    {
        if (RankEnvironment.Current is null)
        {
            return work(new SingleProcess());
        }

        var host = OpenMpiGroup.Join();
        var heartbeat = Heartbeat.Join(host, End);
        var group = RankGpu.Connect(host, device);
        var result = work(group);
        group.Dispose();
        heartbeat.Dispose();
        return result;
    }

    /// <summary>Ends this process at once, without the closing work of libraries: while other threads are still in them, as when mpirun
    /// ends a rank, that work crashes.</summary>
    public static void Leave(int code)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        Exit(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    private static void End(string sentence)
    {
        Console.Error.WriteLine(sentence);
        Console.Error.Flush();
        _ = OpenMpi.Abort(OpenMpi.World, 1);
    }
}
