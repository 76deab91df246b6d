using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>The second factor for <see cref="HalfTile"/>: 64 rows make a panel [depth, 64] of halves, filled up with zeros.</summary>
internal sealed unsafe class HalfPanels : IDisposable
{
    private const int Width = HalfTile.Width;
    private const int Square = 8;                   // numbers of eight rows that are turned at once

    private readonly nint size;
    private readonly HalfMemory<ushort> halves;
    private readonly HalfMemory<float> exponents;

    /// <summary>Room for a factor of so many rows.</summary>
    public HalfPanels(int rows, int depth)
    {
        Count = (rows + Width - 1) / Width;
        size = (nint)(depth + HalfScale.Lanes - 1) / HalfScale.Lanes * HalfScale.Lanes * Width;     // whole vectors of a row
        halves = new HalfMemory<ushort>(Count * size);
        exponents = new HalfMemory<float>(Count * Width);
    }

    /// <summary>How many panels there are.</summary>
    public int Count { get; }

    /// <summary>A panel from a depth on.</summary>
    public ushort* At(int panel, int depth) => halves.Start + panel * size + depth * Width;

    /// <summary>The exponents of two of what the sums of a panel's columns are multiplied by.</summary>
    public float* Exponents(int panel) => exponents.Start + panel * Width;

    public void Dispose()
    {
        halves.Dispose();
        exponents.Dispose();
    }

    /// <summary>Fills the panels from one to before another.</summary>
    public void Pack(HalfMatrix b, int begin, int end)
    {
        var first = begin * Width;
        using var scale = new HalfScale(b, first, Math.Min(end * Width, b.Rows) - first, HalfScale.Second);
        new ReadOnlySpan<float>(scale.Exponents, (end - begin) * Width).CopyTo(new Span<float>(Exponents(begin), (end - begin) * Width));
        for (var panel = begin; panel < end; panel++)
        {
            var offsets = scale.Offsets + (panel - begin) * Width;
            if (b.HasRows)
            {
                Turn(b, panel * Width, offsets, At(panel, 0));
            }
            else
            {
                Convert(b, panel * Width, offsets, At(panel, 0));
            }
        }
    }

    private static void Convert(HalfMatrix b, int row, ushort* offsets, ushort* to)
    {
        var (first, second, there) = (Vector512.Load(offsets), Vector512.Load(offsets + HalfScale.Lanes), b.Rows - row);
        var column = b.At(row, 0);
        for (var k = 0; k < b.Depth; k++, column += b.Step, to += Width)
        {
            HalfScale.Convert(HalfScale.Load(column, there), first).Store(to);
            HalfScale.Convert(HalfScale.Load(column + HalfScale.Lanes, there - HalfScale.Lanes), second).Store(to + HalfScale.Lanes);
        }
    }

    [SkipLocalsInit]
    private static void Turn(HalfMatrix b, int row, ushort* offsets, ushort* to)
    {
        var rows = Math.Min(Width, b.Rows - row);
        var some = stackalloc ushort[Width * HalfScale.Lanes];
        new Span<ushort>(some, Width * HalfScale.Lanes).Clear();
        for (var first = 0; first < b.Depth; first += HalfScale.Lanes, to += HalfScale.Lanes * Width)
        {
            for (var r = 0; r < rows; r++)
            {
                HalfScale.Convert(HalfScale.Load(b.At(row + r, first), b.Depth - first), Vector512.Create(offsets[r]))
                    .Store(some + r * HalfScale.Lanes);
            }

            for (var r = 0; r < Width; r += Square)
            {
                for (var k = 0; k < HalfScale.Lanes; k += Square)
                {
                    TurnSquare(some + r * HalfScale.Lanes + k, to + k * Width + r);
                }
            }
        }
    }

    // Eight rows of eight become eight columns: neighbours are interleaved as numbers, then as pairs, then as fours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnSquare(ushort* from, ushort* to)
    {
        const int row = HalfScale.Lanes;
        var (a, b, c, d) = (
            Vector128.Load(from), Vector128.Load(from + row), Vector128.Load(from + 2 * row), Vector128.Load(from + 3 * row));
        from += 4 * row;
        var (e, f, g, h) = (
            Vector128.Load(from), Vector128.Load(from + row), Vector128.Load(from + 2 * row), Vector128.Load(from + 3 * row));
        var (ab0, ab1, cd0, cd1) = (Numbers(a, b, false), Numbers(a, b, true), Numbers(c, d, false), Numbers(c, d, true));
        var (ef0, ef1, gh0, gh1) = (Numbers(e, f, false), Numbers(e, f, true), Numbers(g, h, false), Numbers(g, h, true));
        Columns(ab0, cd0, ef0, gh0, to);
        Columns(ab1, cd1, ef1, gh1, to + 4 * Width);

        static Vector128<uint> Numbers(Vector128<ushort> x, Vector128<ushort> y, bool upper) =>
            (upper ? Sse2.UnpackHigh(x, y) : Sse2.UnpackLow(x, y)).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(Vector128<uint> ab, Vector128<uint> cd, Vector128<uint> ef, Vector128<uint> gh, ushort* to)
    {
        var (abcd0, abcd1) = (Sse2.UnpackLow(ab, cd).AsUInt64(), Sse2.UnpackHigh(ab, cd).AsUInt64());
        var (efgh0, efgh1) = (Sse2.UnpackLow(ef, gh).AsUInt64(), Sse2.UnpackHigh(ef, gh).AsUInt64());
        Sse2.UnpackLow(abcd0, efgh0).AsUInt16().Store(to);
        Sse2.UnpackHigh(abcd0, efgh0).AsUInt16().Store(to + Width);
        Sse2.UnpackLow(abcd1, efgh1).AsUInt16().Store(to + 2 * Width);
        Sse2.UnpackHigh(abcd1, efgh1).AsUInt16().Store(to + 3 * Width);
    }
}
