using System.Globalization;
using DpoSt.Tensors.Native;
using TorchSharp;

namespace DpoSt.Tensors.Devices;

/// <summary>Where tensors live and are computed: the CPU or one CUDA device.</summary>
internal static class ComputeDevice
{
    /// <summary>How many CUDA devices this process may use.</summary>
    /// <exception cref="UserErrorException">libtorch cannot be loaded.</exception>
    public static int CudaDevices
    {
        get
        {
            NativeLibraries.EnsureLoaded();
            return torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        }
    }

    /// <summary>Reads <c>auto</c> (the first CUDA device that works, else the CPU), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <exception cref="UserErrorException">The text is none of these, or the device is not there.</exception>
    public static torch.Device Parse(string text)
    {
        NativeLibraries.EnsureLoaded();
        switch (text)
        {
            case "cpu":
                return torch.CPU;
            case "auto":
                return torch.cuda.is_available() ? new torch.Device(DeviceType.CUDA, 0) : torch.CPU;
        }

        var index = text == "cuda" ? "0" : text.StartsWith("cuda:", StringComparison.Ordinal) ? text[5..] : null;
        if (index is null || !int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new UserErrorException($"'{text}' is not a device: use auto, cpu, cuda or cuda:N.");
        }

        var count = CudaDevices;
        return number < count
            ? new torch.Device(DeviceType.CUDA, number)
            : throw new UserErrorException(
                $"device {text} is not there ({count} CUDA devices found): use --device cpu, or a build with -p:Cuda=true, "
                + $"or point {NativeLibraries.FolderVariable} at a CUDA build of libtorch {NativeLibraries.ExpectedVersion}.");
    }
}
