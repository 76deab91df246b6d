using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Native;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Products;

/// <summary>Products of few rows with a weight that stays, in decoding: y = x W^T. A decode step reads every weight once, so what counts is
/// to read as fast as memory gives. The weight is kept in panels of 32 outputs in the order of use, and the next panel is fetched while
/// this one is multiplied; libraries' kernels fetch nothing ahead and wait (docs/benchmarks.md). An output is summed in the order of its
/// inputs whatever the number of rows, so a row's bits never depend on the others. Shapes: M rows, K inputs, N outputs.</summary>
internal static unsafe class DecodeGemm
{
    private const int Width = DecodeGemmTiles.Width;
    private const int Depth = 512;    // inputs that are copied at once
    private const int Block = 128;    // inputs of a panel that stay in the first cache while rows take turns; so far ahead is fetched
    private const int Group = 48;     // rows whose inputs are copied at once
    private const int Apart = 16;     // numbers between the copies of two rows, which else share the same few lines of the cache

    /// <summary>Whether this processor has the registers for it.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>The weight [N, K] in panels, of its own type (fp32 or bf16): for every 512 inputs, for every 32 outputs, [inputs, 32], both
    /// filled up with zeros to whole fours of inputs and whole panels.</summary>
    public static Tensor Pack(Tensor weight) => weight.dtype == ScalarType.Float32 ? Pack<Fp32>(weight) : Pack<Bf16>(weight);

    /// <summary>x [.., K] in fp32 and a weight from <see cref="Pack"/> with so many outputs give [.., N], computed in fp32.</summary>
    public static Tensor Apply(Tensor x, Tensor packed, int outputs) =>
        packed.dtype == ScalarType.Float32 ? Apply<Fp32>(x, packed, outputs) : Apply<Bf16>(x, packed, outputs);

    private static Tensor Pack<T>(Tensor weight) where T : struct, IElement
    {
        using var plain = weight.contiguous();
        var (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        var panels = Panels(outputs);
        var packed = empty((long)panels * Width * Whole(inputs), dtype: weight.dtype);
        var (source, target) = (Aten.DataPointer(plain), Aten.DataPointer(packed));
        CpuThreads.For(panels, (long)Width * inputs, (begin, end) =>
        {
            for (var first = 0; first < inputs; first += Depth)
            {
                var depth = Math.Min(Depth, Whole(inputs) - first);
                for (var panel = begin; panel < end; panel++)
                {
                    var (from, to) = (
                        source + ((nint)panel * Width * inputs + first) * T.Size, target + Offset(panels, first, panel, depth) * T.Size);
                    var (filledOutputs, filledInputs) = (Math.Min(Width, outputs - panel * Width), Math.Min(depth, inputs - first));
                    if (filledOutputs < Width || filledInputs < depth)
                    {
                        new Span<byte>((void*)to, depth * Width * T.Size).Clear();
                    }

                    Transpose<T>(from, inputs, filledOutputs, filledInputs, to);
                }
            }
        });
        return packed;
    }

    private static Tensor Apply<T>(Tensor x, Tensor packed, int outputs) where T : struct, IElement
    {
        using var plain = x.contiguous();
        var shape = x.shape;
        var inputs = (int)shape[^1];
        shape[^1] = outputs;
        var rows = (int)(x.numel() / inputs);
        var y = empty(shape);
        var (source, weights, target) = (Aten.DataPointer(plain), Aten.DataPointer(packed), Aten.DataPointer(y));
        CpuThreads.For(Panels(outputs), (long)rows * inputs * Width, (begin, end) =>
        {
            for (var row = 0; row < rows; row += Group)
            {
                Multiply<T>(
                    (float*)source + (long)row * inputs, Math.Min(Group, rows - row), inputs, weights, (float*)target + (long)row * outputs,
                    outputs, begin, end);
            }
        });
        return y;
    }

    private static int Panels(int outputs) => (outputs + Width - 1) / Width;
    private static int Whole(int inputs) => (inputs + 3) / 4 * 4;
    private static nint Offset(int panels, int first, int panel, int depth) => ((nint)first * panels + (nint)panel * depth) * Width;

    // In squares that fit into the first cache.
    private static void Transpose<T>(nint rows, int stride, int outputs, int inputs, nint to) where T : struct, IElement
    {
        const int square = 64;
        for (var first = 0; first < inputs; first += square)
        {
            for (var n = 0; n < outputs; n++)
            {
                for (var k = first; k < Math.Min(first + square, inputs); k++)
                {
                    T.Set(T.Get(rows, (long)n * stride + k), to, k * Width + DecodeGemmTiles.Place<T>(n));
                }
            }
        }
    }

    [SkipLocalsInit]
    private static void Multiply<T>(float* x, int rows, int inputs, nint weights, float* y, int outputs, int begin, int end)
        where T : struct, IElement
    {
        var filled = (rows + DecodeGemmTiles.Few - 1) / DecodeGemmTiles.Few * DecodeGemmTiles.Few;
        var tiles = (filled + DecodeGemmTiles.Many - 1) / DecodeGemmTiles.Many;
        // A tile fetches so many of what comes next for every four inputs.
        var lines = (4 * Width * T.Size / DecodeGemmTiles.Line + tiles - 1) / tiles;
        var stride = Math.Min(Depth, Whole(inputs)) + Apart;
        var copy = stackalloc float[filled * stride];
        var sums = stackalloc float[filled * Width];
        var room = stackalloc float[Block * Width];
        var wide = tiles > 1 && typeof(T) != typeof(Fp32) ? room : null;
        for (var first = 0; first < inputs; first += Depth)
        {
            var depth = Math.Min(Depth, Whole(inputs) - first);
            Copy(x + first, rows, inputs, Math.Min(depth, inputs - first), copy, filled, stride, depth);
            for (var panel = begin; panel < end; panel++)
            {
                new Span<float>(sums, filled * Width).Clear();
                var w = weights + Offset(Panels(outputs), first, panel, depth) * T.Size;
                for (var k = 0; k < depth; k += Block, w += Block * Width * T.Size)
                {
                    var (inputsHere, next) = (Math.Min(Block, depth - k), w + Block * Width * T.Size);
                    if (wide == null)
                    {
                        DecodeGemmTiles.Multiply<T>(copy + k, stride, filled, w, inputsHere, sums, next, lines);
                    }
                    else
                    {
                        DecodeGemmTiles.Widen<T>(w, inputsHere, wide);
                        DecodeGemmTiles.Multiply<Fp32>(copy + k, stride, filled, (nint)wide, inputsHere, sums, next, lines);
                    }
                }

                Put(sums, rows, y + panel * Width, outputs, Math.Min(Width, outputs - panel * Width), first > 0);
            }
        }
    }

    private static void Copy(float* x, int rows, int width, int count, float* to, int filled, int stride, int depth)
    {
        for (var row = 0; row < filled; row++)
        {
            var target = new Span<float>(to + row * stride, depth);
            var used = row < rows ? count : 0;
            new ReadOnlySpan<float>(x + (long)row * width, used).CopyTo(target);
            target[used..].Clear();
        }
    }

    private static void Put(float* sums, int rows, float* y, int stride, int width, bool adds)
    {
        for (var row = 0; row < rows; row++, sums += Width, y += stride)
        {
            if (!adds)
            {
                new ReadOnlySpan<float>(sums, width).CopyTo(new Span<float>(y, width));
                continue;
            }

            for (var n = 0; n < width; n++)
            {
                y[n] += sums[n];
            }
        }
    }
}
