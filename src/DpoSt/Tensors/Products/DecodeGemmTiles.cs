using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Kernels;

namespace DpoSt.Tensors.Products;

/// <summary>The innermost loops of <see cref="DecodeGemm"/>: eight or four rows times a panel of 32 outputs, whose sums stay in registers
/// (16 of the 32 with eight rows, enough for two multiplications a cycle) while they walk along the inputs.</summary>
internal static unsafe class DecodeGemmTiles
{
    /// <summary>Outputs of a panel: two vectors.</summary>
    public const int Width = 32;

    /// <summary>Rows of the large tile.</summary>
    public const int Many = 8;

    /// <summary>Rows of the small one; rows are filled up to a multiple of it.</summary>
    public const int Few = 4;

    /// <summary>Bytes that travel from memory together.</summary>
    public const int Line = 64;

    private const int Lanes = 16;

    /// <summary>
    /// Adds to the sums [rows, 32] so many rows of x, <paramref name="stride"/> numbers apart, times a panel [depth, 32]. For every four
    /// inputs of a tile, <paramref name="lines"/> lines from <paramref name="ahead"/> on are fetched.
    /// </summary>
    public static void Multiply<T>(float* x, int stride, int rows, nint panel, int depth, float* sums, nint ahead, int lines)
        where T : struct, IElement
    {
        for (var row = 0; row < rows; row += Many, x += (long)Many * stride, sums += Many * Width, ahead += depth / 4 * lines * Line)
        {
            if (rows - row >= Many)
            {
                Eight<T>(x, stride, panel, depth, sums, ahead, lines);
            }
            else
            {
                Four<T>(x, stride, panel, depth, sums, ahead, lines);
            }
        }
    }

    private static void Eight<T>(float* x, long stride, nint w, int depth, float* sums, nint ahead, int lines) where T : struct, IElement
    {
        var (a0, a1, b0, b1) = (
            Vector512.Load(sums), Vector512.Load(sums + Lanes), Vector512.Load(sums + Width), Vector512.Load(sums + Width + Lanes));
        var (c0, c1, d0, d1) = (
            Vector512.Load(sums + 2 * Width), Vector512.Load(sums + 2 * Width + Lanes), Vector512.Load(sums + 3 * Width),
            Vector512.Load(sums + 3 * Width + Lanes));
        var more = sums + 4 * Width;
        var (e0, e1, f0, f1) = (
            Vector512.Load(more), Vector512.Load(more + Lanes), Vector512.Load(more + Width), Vector512.Load(more + Width + Lanes));
        var (g0, g1, h0, h1) = (
            Vector512.Load(more + 2 * Width), Vector512.Load(more + 2 * Width + Lanes), Vector512.Load(more + 3 * Width),
            Vector512.Load(more + 3 * Width + Lanes));
        var (twice, thrice) = (2 * stride, 3 * stride);
        for (var y = x + 4 * stride; depth > 0; depth -= 4)
        {
            Fetch(ref ahead, lines);
            for (var k = 0; k < 4; k++, x++, y++, w += Width * T.Size)
            {
                var (u, v) = Pair<T>(w);
                Add(x[0], u, v, ref a0, ref a1);
                Add(x[stride], u, v, ref b0, ref b1);
                Add(x[twice], u, v, ref c0, ref c1);
                Add(x[thrice], u, v, ref d0, ref d1);
                Add(y[0], u, v, ref e0, ref e1);
                Add(y[stride], u, v, ref f0, ref f1);
                Add(y[twice], u, v, ref g0, ref g1);
                Add(y[thrice], u, v, ref h0, ref h1);
            }
        }

        Store(sums, a0, a1, b0, b1, c0, c1, d0, d1);
        Store(more, e0, e1, f0, f1, g0, g1, h0, h1);
    }

    private static void Four<T>(float* x, long stride, nint w, int depth, float* sums, nint ahead, int lines) where T : struct, IElement
    {
        var (a0, a1, b0, b1) = (
            Vector512.Load(sums), Vector512.Load(sums + Lanes), Vector512.Load(sums + Width), Vector512.Load(sums + Width + Lanes));
        var (c0, c1, d0, d1) = (
            Vector512.Load(sums + 2 * Width), Vector512.Load(sums + 2 * Width + Lanes), Vector512.Load(sums + 3 * Width),
            Vector512.Load(sums + 3 * Width + Lanes));
        var (twice, thrice) = (2 * stride, 3 * stride);
        for (; depth > 0; depth -= 4)
        {
            Fetch(ref ahead, lines);
            for (var k = 0; k < 4; k++, x++, w += Width * T.Size)
            {
                var (u, v) = Pair<T>(w);
                Add(x[0], u, v, ref a0, ref a1);
                Add(x[stride], u, v, ref b0, ref b1);
                Add(x[twice], u, v, ref c0, ref c1);
                Add(x[thrice], u, v, ref d0, ref d1);
            }
        }

        Store(sums, a0, a1, b0, b1, c0, c1, d0, d1);
    }

    /// <summary>Where an output is in its 32: in bf16 a word's two are 16 apart, so that a shift and a mask make two vectors.</summary>
    public static int Place<T>(int output) where T : struct, IElement =>
        typeof(T) == typeof(Bf16) ? output % Lanes * 2 + output / Lanes : output;

    /// <summary>So many weights as fp32: worth it where several tiles read them.</summary>
    public static void Widen<T>(nint panel, int depth, float* to) where T : struct, IElement
    {
        for (var k = 0; k < depth; k++, panel += Width * T.Size, to += Width)
        {
            var (u, v) = Pair<T>(panel);
            u.Store(to);
            v.Store(to + Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> First, Vector512<float> Second) Pair<T>(nint w) where T : struct, IElement
    {
        if (typeof(T) == typeof(Bf16))
        {
            var words = Vector512.Load((uint*)w);
            return ((words << 16).AsSingle(), (words & Vector512.Create(0xFFFF0000)).AsSingle());
        }

        return (T.Load(w, 0), T.Load(w, Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(ref nint ahead, int lines)
    {
        for (var i = 0; i < lines; i++, ahead += Line)
        {
            Sse.Prefetch1((void*)ahead);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float x, Vector512<float> u, Vector512<float> v, ref Vector512<float> first, ref Vector512<float> second)
    {
        var factor = Vector512.Create(x);
        first = Vector512.FusedMultiplyAdd(factor, u, first);
        second = Vector512.FusedMultiplyAdd(factor, v, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* sums, Vector512<float> a0, Vector512<float> a1, Vector512<float> b0, Vector512<float> b1, Vector512<float> c0,
        Vector512<float> c1, Vector512<float> d0, Vector512<float> d1)
    {
        a0.Store(sums);
        a1.Store(sums + Lanes);
        b0.Store(sums + Width);
        b1.Store(sums + Width + Lanes);
        c0.Store(sums + 2 * Width);
        c1.Store(sums + 2 * Width + Lanes);
        d0.Store(sums + 3 * Width);
        d1.Store(sums + 3 * Width + Lanes);
    }
}
