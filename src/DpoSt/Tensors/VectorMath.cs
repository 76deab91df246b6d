using System.Runtime.Intrinsics;

namespace DpoSt.Tensors;

/// <summary>Small vectorised reductions that several kernels share.</summary>
internal static unsafe class VectorMath
{
    /// <summary>The largest number of a row; minus infinity for an empty one.</summary>
    public static float Max(ReadOnlySpan<float> row)
    {
        fixed (float* start = row)
        {
            return Max<Fp32>((nint)start, 0, row.Length);
        }
    }

    /// <summary>The same of so many numbers from the <paramref name="index"/>-th on, whatever they are kept in.</summary>
    public static float Max<T>(nint start, long index, int count)
        where T : struct, IElement
    {
        var (lanes, top, i) = (Vector512.Create(float.NegativeInfinity), float.NegativeInfinity, 0);
        for (; i + Vector512<float>.Count <= count; i += Vector512<float>.Count)
        {
            lanes = Vector512.Max(lanes, T.Load(start, index + i));
        }

        for (var lane = 0; lane < Vector512<float>.Count; lane++)
        {
            top = MathF.Max(top, lanes[lane]);
        }

        for (; i < count; i++)
        {
            top = MathF.Max(top, T.Get(start, index + i));
        }

        return top;
    }
}
