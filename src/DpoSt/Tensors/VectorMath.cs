using System.Runtime.Intrinsics;

namespace DpoSt.Tensors;

/// <summary>Small vectorised reductions that several kernels share.</summary>
internal static class VectorMath
{
    /// <summary>The largest number of a row; minus infinity for an empty one.</summary>
    public static float Max(ReadOnlySpan<float> row)
    {
        var (top, i) = (float.NegativeInfinity, 0);
        if (row.Length >= Vector512<float>.Count)
        {
            var lanes = Vector512.Create(row);
            for (i = Vector512<float>.Count; i + Vector512<float>.Count <= row.Length; i += Vector512<float>.Count)
            {
                lanes = Vector512.Max(lanes, Vector512.Create(row[i..]));
            }

            for (var lane = 0; lane < Vector512<float>.Count; lane++)
            {
                top = MathF.Max(top, lanes[lane]);
            }
        }

        for (; i < row.Length; i++)
        {
            top = MathF.Max(top, row[i]);
        }

        return top;
    }
}
