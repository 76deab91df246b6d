using System.Runtime.InteropServices;
using DpoSt.Tensors.Native;

namespace DpoSt.Tensors.Devices;

/// <summary>The stream that libtorch puts a GPU's work on.</summary>
internal static unsafe class CudaStream
{
    private static readonly Lazy<nint> Function = new(() =>
        NativeLibrary.GetExport(
            NativeLibrary.Load(Path.Combine(NativeLibraries.Folder!, "libtorch_cuda.so")), "aoti_torch_get_current_cuda_stream"));

    /// <summary>This thread's current one on a device, as a <c>cudaStream_t</c>.</summary>
    public static nint Current(int device)
    {
        nint stream;
        var code = ((delegate* unmanaged<int, nint*, int>)Function.Value)(device, &stream);
        return code == 0
            ? stream : throw new InvalidOperationException($"libtorch's aoti_torch_get_current_cuda_stream failed with code {code}.");
    }
}
