using static TorchSharp.torch;

namespace DpoSt.Tensors;

/// <summary>The cache that fits a device.</summary>
internal static class RaggedCache
{
    /// <summary>Room for <paramref name="slots"/> rows of <paramref name="capacity"/> positions.</summary>
    public static IRaggedCache New(int slots, int groups, int headSize, int capacity, Device device, ScalarType dtype) =>
        device.type == TorchSharp.DeviceType.CPU && dtype == ScalarType.Float32
            ? new CpuRaggedCache(slots, groups, headSize, capacity)
            : new TorchRaggedCache(slots, groups, headSize, capacity, device, dtype);
}
