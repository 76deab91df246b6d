using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>One GPU a rank.</summary>
internal static class RankGpu
{
    private const string Variable = "CUDA_VISIBLE_DEVICES";

    /// <summary>Lets this process see one GPU alone, the next of those it may see for every rank of its machine. Must come before the first
    /// use of CUDA, which reads it once.</summary>
    public static void Choose(RankEnvironment ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        NativeEnvironment.Set(Variable, Of(ranks.LocalRank, Environment.GetEnvironmentVariable(Variable)), overwrites: true);
    }

    /// <summary>The GPU of a machine's rank: its own number, or that entry of the user's list; none where that is too short.</summary>
    public static string Of(int localRank, string? visible) => string.IsNullOrEmpty(visible)
        ? visible ?? localRank.ToString(CultureInfo.InvariantCulture)
        : visible.Split(',', StringSplitOptions.TrimEntries).ElementAtOrDefault(localRank) ?? "";

    /// <summary>The same ranks, connected from GPU to GPU too where they compute there.</summary>
    /// <exception cref="UserErrorException">Only some of them have found a GPU, or there is no NCCL.</exception>
    internal static IProcessGroup Connect(IProcessGroup host, Device device)
    {
        var count = (int)host.Sum([device.type == DeviceType.CUDA ? 1 : 0])[0];
        return count == 0 ? host
            : count == host.Size ? new NcclGroup(host, Nccl.Load(), DeviceType.CUDA)
            : throw new UserErrorException(
                $"{count} of {host.Size} processes have found a GPU of their own: start as many processes as there are GPUs, "
                + "or all of them with --device cpu.");
    }
}
