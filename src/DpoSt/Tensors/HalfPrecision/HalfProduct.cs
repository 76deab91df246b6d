using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>Products of bfloat16 factors on processors that multiply halves at twice the rate of singles (Intel's AVX512-FP16): y = a b^T.
/// Rows are scaled so that halves hold every digit of bfloat16, and at most <see cref="HalfTile.Chain"/> products are summed before fp32
/// takes over: the error is half that of rounding the factors to bfloat16 (docs/numerics.md). A row's bits depend on no other row. Shapes:
/// a [.., M, K], b [.., N, K], y [.., M, N]; matrices of equal leading index are multiplied.</summary>
internal static class HalfProduct
{
    /// <summary>The product in fp32 or bfloat16.</summary>
    /// <exception cref="ArgumentException">Factors are not bfloat16 on the CPU, do not fit (<see cref="HalfMatrix.Fits"/>) or do not belong
    /// together; or the type is another.</exception>
    public static Tensor Apply(Tensor a, Tensor b, ScalarType type)
    {
        var y = empty([.. a.shape[..^1], b.size(-2)], dtype: type);
        switch (type)
        {
            case ScalarType.BFloat16:
                Multiply<Bf16>(a, b, y, adds: false);
                return y;
            case ScalarType.Float32:
                Multiply<Fp32>(a, b, y, adds: false);
                return y;
            default:
                throw new ArgumentException("products are float32 or bfloat16", nameof(type));
        }
    }

    /// <summary>Adds the product to a tensor [.., M, N] in fp32 whose numbers are side by side.</summary>
    /// <exception cref="ArgumentException">As <see cref="Apply"/>; or the sum is of another type or shape, or not contiguous.</exception>
    public static void AddTo(Tensor sum, Tensor a, Tensor b)
    {
        if (sum.dtype != ScalarType.Float32 || !sum.is_contiguous() || !sum.shape.SequenceEqual([.. a.shape[..^1], b.size(-2)]))
        {
            throw new ArgumentException("a sum is float32, of the product's shape, and its numbers are side by side", nameof(sum));
        }

        Multiply<Fp32>(a, b, sum, adds: true);
    }

    private static void Multiply<T>(Tensor a, Tensor b, Tensor y, bool adds) where T : struct, IElement
    {
        if (!a.shape.SkipLast(2).SequenceEqual(b.shape.SkipLast(2)) || a.size(-1) != b.size(-1)
            || a.device_type != DeviceType.CPU || b.device_type != DeviceType.CPU)
        {
            throw new ArgumentException("factors are on the CPU, are as many, and their rows are equally long", nameof(b));
        }

        Multiply<T>(HalfMatrix.AllOf(a), HalfMatrix.AllOf(b), Aten.DataPointer(y), adds);
        GC.KeepAlive(a);                                       // of whom only addresses were left
        GC.KeepAlive(b);
        GC.KeepAlive(y);
    }

    private static void Multiply<T>(HalfMatrix[] firsts, HalfMatrix[] seconds, nint target, bool adds) where T : struct, IElement
    {
        var (rows, depth, outputs) = (firsts[0].Rows, firsts[0].Depth, seconds[0].Rows);
        if (firsts.Length < CpuThreads.Count || firsts.Length == 1)
        {
            for (var i = 0; i < firsts.Length; i++)
            {
                One<T>(firsts[i], seconds[i], target + (nint)i * rows * outputs * T.Size, adds);
            }

            return;
        }

        CpuThreads.For(firsts.Length, (long)rows * depth * outputs, (begin, end) =>
        {
            using var panels = new HalfPanels(outputs, depth);
            using var work = new HalfWork<T>(depth, outputs, adds);
            for (var i = begin; i < end; i++)
            {
                panels.Pack(seconds[i], 0, panels.Count);
                work.Run(firsts[i], 0, rows, panels, target + (nint)i * rows * outputs * T.Size);
            }
        });
    }

    // All threads share the panels, and each takes some rows.
    private static void One<T>(HalfMatrix a, HalfMatrix b, nint y, bool adds) where T : struct, IElement
    {
        using var panels = new HalfPanels(b.Rows, b.Depth);
        CpuThreads.For(panels.Count, (long)HalfTile.Width * b.Depth, (begin, end) => panels.Pack(b, begin, end));
        CpuThreads.For((a.Rows + HalfTile.Rows - 1) / HalfTile.Rows, (long)HalfTile.Rows * a.Depth * b.Rows, (begin, end) =>
        {
            using var work = new HalfWork<T>(a.Depth, b.Rows, adds);
            work.Run(a, begin * HalfTile.Rows, Math.Min(end * HalfTile.Rows, a.Rows), panels, y);
        });
    }
}
