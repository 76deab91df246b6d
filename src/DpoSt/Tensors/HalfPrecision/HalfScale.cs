using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DpoSt.Tensors.HalfPrecision;

/// <summary>How rows of bfloat16 become halves: a power of two brings the row's largest number into their range. Only what is less than
/// 2^-20 of it, in the second factor 2^-15, becomes zero; all others keep every digit. An infinity or NaN makes the whole row's result
/// NaN.</summary>
internal sealed unsafe class HalfScale : IDisposable
{
    /// <summary>Exponents of the largest number of a row of the first factor, [64, 128), and of the second, [2, 4): 64 products of them
    /// stay below 65504. The first has more room below, for gradients: those of logits have a long tail of one sign, which together
    /// counts.</summary>
    public const int First = 15 + 6;

    /// <inheritdoc cref="First"/>
    public const int Second = 15 + 1;

    /// <summary>Numbers that are converted at once.</summary>
    public const int Lanes = 32;

    private const int MantissaBits = 7;             // of bfloat16; halves have three more
    private const int MoreBits = 3;
    private const int BiasDifference = 127 - 15;
    private const ushort Sign = 0x8000;
    private const ushort Magnitude = 0x7FFF;
    private const ushort Infinity = 0x7F80;

    private readonly HalfMemory<ushort> offsets;
    private readonly HalfMemory<float> exponents;

    /// <summary>The scales of some rows, and of what fills the last block of rows (96) and panel (64), for both are read whole.</summary>
    /// <param name="exponent"><see cref="First"/> or <see cref="Second"/>.</param>
    public HalfScale(HalfMatrix matrix, int row, int count, int exponent)
    {
        var whole = Math.Max(Whole(HalfRows.Most), Whole(HalfTile.Width));
        offsets = new HalfMemory<ushort>(whole);
        exponents = new HalfMemory<float>(whole);
        new Span<ushort>(offsets.Start, whole).Clear();
        matrix.Largest(row, count, offsets.Start);
        for (var r = 0; r < whole; r++)
        {
            var largest = offsets.Start[r];
            var less = Math.Max(largest >> MantissaBits, exponent) - exponent;
            offsets.Start[r] = (ushort)(less << MantissaBits);
            exponents.Start[r] = largest >= Infinity ? float.NaN : less - BiasDifference;
        }

        int Whole(int part) => (count + part - 1) / part * part;
    }

    /// <summary>What is subtracted from the bits of each row's magnitudes.</summary>
    public ushort* Offsets => offsets.Start;

    /// <summary>The exponents of two that take that back from each row's sums; NaN where the row held an infinity or NaN.</summary>
    public float* Exponents => exponents.Start;

    public void Dispose()
    {
        offsets.Dispose();
        exponents.Dispose();
    }

    /// <summary>The bits of magnitudes, whose order is that of the magnitudes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> Magnitudes(Vector512<ushort> numbers) => numbers & Vector512.Create(Magnitude);

    /// <summary>Numbers of bfloat16 as halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> Convert(Vector512<ushort> numbers, Vector512<ushort> offsets)
    {
        var moved = Vector512.SubtractSaturate(Magnitudes(numbers), offsets);
        var kept = Vector512.GreaterThan(moved.AsInt16(), Vector512.Create((short)((1 << MantissaBits) - 1))).AsUInt16();
        return ((moved << MoreBits) & kept) | (numbers & Vector512.Create(Sign));
    }

    /// <summary>The numbers from a place on, with zeros behind the first <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> Load(ushort* from, int count)
    {
        var isThere = Vector512.LessThan(Vector512<short>.Indices, Vector512.Create((short)Math.Min(count, Lanes))).AsUInt16();
        return Avx512BW.MaskLoad(from, isThere, Vector512<ushort>.Zero);
    }
}
