using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Kernels;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>Multiplies some rows with all panels, in one thread and its memory. Shapes: a [M, K], panels of b [N, K], y [M, N].</summary>
/// <typeparam name="T">What y holds.</typeparam>
/// <param name="adds">Whether products are added to what y holds.</param>
internal sealed unsafe class HalfWork<T>(int depth, int outputs, bool adds) : IDisposable
    where T : struct, IElement
{
    private const int DepthBlock = 2048;            // of a panel and of the rows: what a core's second cache holds

    private readonly HalfMemory<uint> words = new(HalfRows.Size(Math.Min(DepthBlock, depth)));
    private readonly HalfMemory<float> sums =
        new((nint)HalfRows.Most * (depth <= DepthBlock ? HalfTile.Width : outputs + HalfTile.Width));

    // Then a panel's sums are of no more use once they are written.
    private bool IsOneBlock => depth <= DepthBlock;

    public void Dispose()
    {
        words.Dispose();
        sums.Dispose();
    }

    /// <summary>The rows from one to before another.</summary>
    public void Run(HalfMatrix a, int begin, int end, HalfPanels panels, nint y)
    {
        using var scale = new HalfScale(a, begin, end - begin, HalfScale.First);
        for (var row = begin; row < end; row += HalfRows.Most)
        {
            Block(a, row, Math.Min(HalfRows.Most, end - row), scale.Offsets + (row - begin), scale.Exponents + (row - begin), panels, y);
        }
    }

    private void Block(HalfMatrix a, int row, int rows, ushort* offsets, float* exponents, HalfPanels panels, nint y)
    {
        for (var first = 0; first < depth; first += DepthBlock)
        {
            var some = Math.Min(DepthBlock, depth - first);
            var (rowStep, step) = HalfRows.Convert(a, row, rows, first, some, offsets, words.Start);
            for (var panel = 0; panel < panels.Count; panel++)
            {
                var room = sums.Start + (IsOneBlock ? 0 : (nint)panel * HalfRows.Most * HalfTile.Width);
                if (first == 0)
                {
                    new Span<float>(room, (rows + HalfTile.Rows - 1) / HalfTile.Rows * HalfTile.Rows * HalfTile.Width).Clear();
                }

                for (var r = 0; r < rows; r += HalfTile.Rows)
                {
                    HalfTile.Multiply(words.Start + r * rowStep, rowStep, step, panels.At(panel, first), room + r * HalfTile.Width, some);
                }

                if (first + some == depth)
                {
                    Put(room, rows, exponents, panel * HalfTile.Width, panels.Exponents(panel), y, (long)row * outputs);
                }
            }
        }
    }

    private void Put(float* from, int rows, float* exponents, int column, float* columnExponents, nint y, long at)
    {
        var width = Math.Min(HalfTile.Width, outputs - column);
        at += column;
        for (var r = 0; r < rows; r++, from += HalfTile.Width, at += outputs)
        {
            var n = 0;
            for (; n + Vector512<float>.Count <= width; n += Vector512<float>.Count)
            {
                var product = Avx512F.Scale(Vector512.Load(from + n), Vector512.Create(exponents[r]) + Vector512.Load(columnExponents + n));
                T.Store(adds ? product + T.Load(y, at + n) : product, y, at + n);
            }

            for (; n < width; n++)
            {
                var product = Avx512F.ScaleScalar(
                    Vector128.CreateScalar(from[n]), Vector128.CreateScalar(exponents[r] + columnExponents[n])).ToScalar();
                T.Set(adds ? product + T.Get(y, at + n) : product, y, at + n);
            }
        }
    }
}
