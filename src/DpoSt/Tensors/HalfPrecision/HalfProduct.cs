using static TorchSharp.torch;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>
/// Products of factors in bfloat16 on processors that multiply halves at twice the rate of singles (Intel's AVX512-FP16): y = a b^T. Rows are scaled so that halves hold
/// every digit of bfloat16, and no more than <see cref="HalfTile.Chain"/> products are summed before fp32 takes over: it errs by half of what rounding the factors to bfloat16 does
/// (docs/numerics.md). A row's bits depend on no other row. Shapes: a [.., M, K], b [.., N, K], y [.., M, N], where the leading dimensions are those of matrices that are multiplied
/// each with its own.
/// </summary>
internal static class HalfProduct
{
    /// <summary>Whether this processor and system have it.</summary>
    public static bool IsSupported => HalfTile.IsSupported;

    /// <summary>The product in fp32 or bfloat16.</summary>
    public static Tensor Apply(Tensor a, Tensor b, ScalarType type)
    {
        var y = empty([.. a.shape[..^1], b.size(-2)], dtype: type);
        if (type == ScalarType.BFloat16)
        {
            Multiply<Bf16>(a, b, y, adds: false);
        }
        else
        {
            Multiply<Fp32>(a, b, y, adds: false);
        }

        return y;
    }

    /// <summary>Adds the product to a tensor [.., M, N] in fp32 whose numbers lie side by side.</summary>
    public static void AddTo(Tensor sum, Tensor a, Tensor b) => Multiply<Fp32>(a, b, sum, adds: true);

    private static void Multiply<T>(Tensor a, Tensor b, Tensor y, bool adds)
        where T : struct, IElement
    {
        var (firsts, seconds, target) = (HalfMatrix.AllOf(a), HalfMatrix.AllOf(b), Aten.DataPointer(y));
        if (firsts.Length == 1)
        {
            One<T>(firsts[0], seconds[0], target, adds);
            return;
        }

        var (rows, depth, outputs) = (firsts[0].Rows, firsts[0].Depth, seconds[0].Rows);
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
    private static void One<T>(HalfMatrix a, HalfMatrix b, nint y, bool adds)
        where T : struct, IElement
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
