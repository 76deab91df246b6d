using System.Runtime.Intrinsics;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>The place of each row's largest number, the first of equal ones: what greedy decoding asks at every step.</summary>
internal static unsafe class ArgMax
{
    /// <summary>x [B, V] gives B indices; a row of NaN gives 0.</summary>
    public static int[] Of(Tensor x)
    {
        if (x.device_type != DeviceType.CPU || x.dtype != ScalarType.Float32 || x.stride(1) != 1)
        {
            using var indices = x.argmax(-1).cpu();
            return [.. indices.data<long>().Select(index => (int)index)];
        }

        var (width, stride, rows) = ((int)x.size(1), x.stride(0), Aten.DataPointer(x));
        var result = new int[x.size(0)];
        CpuThreads.For(result.Length, width, (begin, end) =>
        {
            for (var b = begin; b < end; b++)
            {
                result[b] = Of(new ReadOnlySpan<float>((float*)rows + b * stride, width));
            }
        });
        return result;
    }

    private static int Of(ReadOnlySpan<float> row)
    {
        var top = VectorMath.Max(row);
        var (sought, i) = (Vector512.Create(top), 0);
        while (i + Vector512<float>.Count <= row.Length && !Vector512.EqualsAny(Vector512.Create(row[i..]), sought))
        {
            i += Vector512<float>.Count;
        }

        while (i < row.Length && row[i] != top)
        {
            i++;
        }

        return i < row.Length ? i : 0;
    }
}
