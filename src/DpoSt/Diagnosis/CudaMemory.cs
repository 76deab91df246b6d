using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>What CUDA's driver says of a GPU's memory.</summary>
internal static unsafe partial class CudaMemory
{
    /// <summary>Bytes that are free, and all.</summary>
    public static (long Free, long All) Of(Device device)
    {
        using var here = zeros(1, device: device);                    // makes the device's context the thread's
        nuint free, all;
        var code = Ask(&free, &all);
        return code == 0 ? ((long)free, (long)all) : throw new InvalidOperationException($"cuMemGetInfo failed with code {code}");
    }

    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int Ask(nuint* free, nuint* all);
}
