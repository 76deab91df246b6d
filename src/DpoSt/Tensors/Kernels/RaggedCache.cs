using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>The cache that fits a device.</summary>
internal static class RaggedCache
{
    /// <summary>Positions that are together on a CPU.</summary>
    public const int Block = 16;

    /// <summary>The positions that a row of so many takes on a CPU: whole blocks.</summary>
    public static long Positions(long capacity) => (capacity + Block - 1) / Block * Block;

    /// <summary>Room for <paramref name="slots"/> rows of <paramref name="capacity"/> positions.</summary>
    /// <param name="capacity">The most positions of a row.</param>
    /// <param name="products">The type that matrix products are computed in: on a CPU keys and values are kept in it.</param>
    public static IRaggedCache New(
        int slots, int groups, int headSize, int capacity, Device device, ScalarType dtype, ScalarType products) =>
        (device.type, dtype, products) switch
        {
            (TorchSharp.DeviceType.CPU, ScalarType.Float32, ScalarType.BFloat16) =>
                new CpuRaggedCache<Bf16>(slots, groups, headSize, capacity),
            (TorchSharp.DeviceType.CPU, ScalarType.Float32, _) => new CpuRaggedCache<Fp32>(slots, groups, headSize, capacity),
            _ => new TorchRaggedCache(slots, groups, headSize, capacity, device, dtype),
        };
}
