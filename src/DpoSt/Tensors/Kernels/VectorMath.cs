using System.Runtime.Intrinsics;

namespace DpoSt.Tensors.Kernels;

/// <summary>Small vectorised reductions that several kernels share.</summary>
internal static unsafe class VectorMath
{
    // e to this is 9e-27: beside the largest of a softmax, which is one, nothing.
    private const float Least = -60;

    /// <summary>e to the x, and zero where x is below -60. Of numbers further on products would be subnormal, and Intel's processors take
    /// over a hundred cycles for each of those: two products of a head with very unequal logits took 22 seconds instead of 0.2.</summary>
    public static Vector512<float> Exp(Vector512<float> x) =>
        Vector512.Exp(
            Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Least)), Vector512.Create(float.NegativeInfinity), x));

    /// <summary>The same of one number.</summary>
    public static float Exp(float x) => x < Least ? 0 : MathF.Exp(x);

    /// <summary>The hyperbolic tangent, to a few units of the last place of one.</summary>
    public static Vector512<float> Tanh(Vector512<float> x) =>
        Vector512<float>.One - Vector512.Create(2f) / (Vector512.Exp(x + x) + Vector512<float>.One);

    /// <summary>Softmax of a row in place, whose length is a multiple of sixteen.</summary>
    public static void Softmax(float* row, int length)
    {
        var top = Vector512.Create(Max(new ReadOnlySpan<float>(row, length)));
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < length; i += Vector512<float>.Count)
        {
            var e = Exp(Vector512.Load(row + i) - top);
            e.Store(row + i);
            sum += e;
        }

        var inverse = Vector512.Create(1 / Vector512.Sum(sum));
        for (var i = 0; i < length; i += Vector512<float>.Count)
        {
            (Vector512.Load(row + i) * inverse).Store(row + i);
        }
    }

    /// <summary>The largest number of a row, which may pass over what is not a number; minus infinity for an empty one.</summary>
    public static float Max(ReadOnlySpan<float> row)
    {
        fixed (float* start = row)
        {
            return Max<Fp32>((nint)start, 0, row.Length);
        }
    }

    /// <summary>The same of so many numbers from the <paramref name="index"/>-th on, whatever they are kept in.</summary>
    public static float Max<T>(nint start, long index, int count) where T : struct, IElement
    {
        var (a, top, i) = (Vector512.Create(float.NegativeInfinity), float.NegativeInfinity, 0);
        var (b, c, d) = (a, a, a);
        for (; i + 4 * Vector512<float>.Count <= count; i += 4 * Vector512<float>.Count)
        {
            a = Vector512.MaxNative(a, T.Load(start, index + i));
            b = Vector512.MaxNative(b, T.Load(start, index + i + Vector512<float>.Count));
            c = Vector512.MaxNative(c, T.Load(start, index + i + 2 * Vector512<float>.Count));
            d = Vector512.MaxNative(d, T.Load(start, index + i + 3 * Vector512<float>.Count));
        }

        for (; i + Vector512<float>.Count <= count; i += Vector512<float>.Count)
        {
            a = Vector512.MaxNative(a, T.Load(start, index + i));
        }

        var lanes = Vector512.MaxNative(Vector512.MaxNative(a, b), Vector512.MaxNative(c, d));
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
