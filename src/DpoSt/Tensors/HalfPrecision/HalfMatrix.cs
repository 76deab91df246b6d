using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Native;
using static TorchSharp.torch;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>A factor of <see cref="HalfProduct"/> in memory: bfloat16, [rows, depth], where the numbers of a row or those of a column are
/// side by side. A row is what is summed over, of either factor.</summary>
/// <param name="RowStep">Numbers from one row to the next.</param>
/// <param name="Step">Numbers from one of a row to the next.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe record struct HalfMatrix(nint Start, int Rows, int Depth, long RowStep, long Step)
{
    /// <summary>The matrices of a tensor [.., rows, depth].</summary>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public static HalfMatrix[] AllOf(Tensor tensor)
    {
        var (shape, steps) = (tensor.shape, Steps(tensor));
        if (!Fits(tensor))
        {
            throw new ArgumentException("a factor is bfloat16, not empty, and its rows or its columns are side by side", nameof(tensor));
        }

        long[] places = [0];
        for (var d = 0; d < shape.Length - 2; d++)
        {
            var (count, step) = (shape[d], steps[d]);
            places = [.. places.SelectMany(place => Enumerable.Range(0, (int)count).Select(i => place + i * step))];
        }

        var (start, rows, depth) = (Aten.DataPointer(tensor), (int)shape[^2], (int)shape[^1]);
        return [.. places.Select(place => new HalfMatrix(start + (nint)place * sizeof(ushort), rows, depth, steps[^2], steps[^1]))];
    }

    /// <summary>Whether a tensor is of that type and layout.</summary>
    public static bool Fits(Tensor tensor) =>
        tensor.dtype == ScalarType.BFloat16 && tensor.numel() > 0 && Steps(tensor) is var steps && (steps[^2] == 1 || steps[^1] == 1);

    // Where there is only one number the step to the next may be anything.
    private static long[] Steps(Tensor tensor) => [.. tensor.stride().Zip(tensor.shape, (step, count) => count == 1 ? 1 : step)];

    /// <summary>Whether the numbers of a row are side by side.</summary>
    public bool HasRows => Step == 1;

    /// <summary>Where a number is.</summary>
    public ushort* At(int row, int depth) => (ushort*)Start + row * RowStep + depth * Step;

    /// <summary>The bits of the largest magnitude of each of some rows, over zeros; zeros stay behind them in the last vector.</summary>
    public void Largest(int row, int count, ushort* largest)
    {
        if (HasRows)
        {
            for (var r = 0; r < count; r++)
            {
                largest[r] = LargestOf(row + r);
            }

            return;
        }

        for (var k = 0; k < Depth; k++)
        {
            var from = At(row, k);
            for (var r = 0; r < count; r += HalfScale.Lanes)
            {
                Vector512.Max(Vector512.Load(largest + r), HalfScale.Magnitudes(HalfScale.Load(from + r, count - r))).Store(largest + r);
            }
        }
    }

    private ushort LargestOf(int row)
    {
        var most = Vector512<ushort>.Zero;
        var numbers = At(row, 0);
        for (var k = 0; k < Depth; k += HalfScale.Lanes)
        {
            most = Vector512.Max(most, HalfScale.Magnitudes(HalfScale.Load(numbers + k, Depth - k)));
        }

        var half = Vector256.Max(most.GetLower(), most.GetUpper());
        return (ushort)~Sse41.MinHorizontal(~Vector128.Max(half.GetLower(), half.GetUpper()))[0];       // there is none for the largest
    }
}
