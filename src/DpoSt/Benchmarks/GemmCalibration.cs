using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>The machine's speed at plain matrix products, so that measurements of different machines can be compared.</summary>
internal static class GemmCalibration
{
    private const int Size = 512;

    /// <summary>GFLOP/s of a 512 x 512 x 512 product by dtype: the median of some runs.</summary>
    public static Dictionary<string, double> Run() =>
        new(StringComparer.Ordinal) { ["fp32"] = Rate(ScalarType.Float32), ["bf16"] = Rate(ScalarType.BFloat16) };

    // Without AVX-512 oneDNN refuses bfloat16: there it is measured as it is computed, widened.
    private static Tensor Product(Tensor x, Tensor weight) => x.dtype != ScalarType.BFloat16 || Processor.PacksBf16
        ? Aten.OneDnnLinear(x, weight) : Bf16Product.Apply(x, weight, ScalarType.BFloat16, Bf16Way.Widened);

    private static double Rate(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (x, weight) = (ones(Size, Size, dtype: type), ones(Size, Size, dtype: type));
        var runs = Measure.Runs(10, () => Measure.Seconds(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                Product(x, weight).Dispose();
            }
        }));
        return 20 * 2.0 * Size * Size * Size / Measure.Median(runs) / 1e9;
    }
}
