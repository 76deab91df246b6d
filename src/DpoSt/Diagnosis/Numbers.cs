using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>Numbers that are the same wherever they are drawn.</summary>
internal static class Numbers
{
    /// <summary>Normal ones, of a seed and a shape.</summary>
    public static Tensor Normal(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed, CPU);
        return randn(shape, generator: generator);
    }

    /// <summary>The same, which bfloat16 can hold.</summary>
    public static Tensor Rounded(ulong seed, params long[] shape)
    {
        using var wide = Normal(seed, shape);
        using var narrow = wide.to(ScalarType.BFloat16);
        return narrow.to(ScalarType.Float32);
    }

    /// <summary>The same, kept in a type.</summary>
    public static Tensor In(ScalarType type, ulong seed, params long[] shape)
    {
        using var wide = Normal(seed, shape);
        return wide.to(type, copy: true);
    }
}
