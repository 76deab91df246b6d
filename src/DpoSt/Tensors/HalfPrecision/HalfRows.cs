using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>Rows of the first factor for <see cref="HalfTile"/>: halves, each twice in a word, which is broadcast for free.</summary>
internal static unsafe class HalfRows
{
    /// <summary>Rows that are converted together: eight tiles, which share what is read of a panel.</summary>
    public const int Most = 8 * HalfTile.Rows;

    private const int Apart = 16;                   // words between two rows, which else share the same few lines of the cache

    // Columns that are side by side are fetched ahead: each is in lines, and often a page, of its own, which no processor foresees.
    private const int Ahead = 16;

    /// <summary>Words that some rows of a depth take.</summary>
    public static int Size(int depth) => Most * RowStep(depth);

    /// <summary>Converts some rows and gives the words from one row, and one column, to the next. What is behind the last stays.</summary>
    public static (int RowStep, int Step) Convert(HalfMatrix a, int row, int rows, int begin, int depth, ushort* offsets, uint* to)
    {
        if (!a.HasRows)
        {
            var column = a.At(row, begin);
            for (var k = 0; k < depth; k++, column += a.Step, to += Most)
            {
                for (var r = 0; r < rows; r += HalfScale.Lanes)
                {
                    Sse.Prefetch0(column + r + Ahead * a.Step);
                    Put(HalfScale.Convert(HalfScale.Load(column + r, rows - r), Vector512.Load(offsets + r)), to + r);
                }
            }

            return (1, Most);
        }

        var step = RowStep(depth);
        for (var r = 0; r < rows; r++, to += step)
        {
            var offset = Vector512.Create(offsets[r]);
            var numbers = a.At(row + r, begin);
            for (var k = 0; k < depth; k += HalfScale.Lanes)
            {
                Put(HalfScale.Convert(HalfScale.Load(numbers + k, depth - k), offset), to + k);
            }
        }

        return (step, 1);
    }

    private static int RowStep(int depth) => (depth + HalfScale.Lanes - 1) / HalfScale.Lanes * HalfScale.Lanes + Apart;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<ushort> halves, uint* to)
    {
        Twice(halves.GetLower()).Store(to);
        Twice(halves.GetUpper()).Store(to + HalfScale.Lanes / 2);

        static Vector512<uint> Twice(Vector256<ushort> some)
        {
            var words = Avx512F.ConvertToVector512UInt32(some);
            return words | (words << 16);
        }
    }
}
