using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DpoSt.Tensors.Kernels;

/// <summary>How a kernel reads and writes the numbers of a tensor: whatever they are kept in, it computes in fp32.</summary>
internal interface IElement
{
    /// <summary>Bytes that a number takes.</summary>
    static abstract int Size { get; }

    /// <summary>Sixteen numbers from the <paramref name="index"/>-th on.</summary>
    static abstract Vector512<float> Load(nint start, long index);

    /// <summary>Writes sixteen numbers, rounded to the nearest, half to even.</summary>
    static abstract void Store(Vector512<float> values, nint start, long index);

    /// <summary>One number.</summary>
    static abstract float Get(nint start, long index);

    /// <summary>Writes one number.</summary>
    static abstract void Set(float value, nint start, long index);
}

/// <summary>Numbers kept in fp32.</summary>
internal readonly unsafe struct Fp32 : IElement
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(nint start, long index) => Vector512.Load((float*)start + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, nint start, long index) => values.Store((float*)start + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Get(nint start, long index) => ((float*)start)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(float value, nint start, long index) => ((float*)start)[index] = value;
}

/// <summary>Numbers kept in bfloat16: the upper half of fp32.</summary>
internal readonly unsafe struct Bf16 : IElement
{
    private const uint QuietNaN = 0x7FC0;

    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(nint start, long index)
    {
        var halves = Vector256.Load((ushort*)start + index);
        var wide = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(halves) : Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
        return (wide << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, nint start, long index)
    {
        var bits = values.AsUInt32();
        var rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One)) >>> 16;
        rounded = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), rounded, Vector512.Create(QuietNaN));
        var halves = Avx512F.IsSupported
            ? Avx512F.ConvertToVector256UInt16(rounded) : Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
        halves.Store((ushort*)start + index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Get(nint start, long index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)start)[index] << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(float value, nint start, long index) => ((ushort*)start)[index] = Nearest(value);

    /// <summary>The nearest number's bits, of two equally near ones the even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Nearest(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)(float.IsNaN(value) ? QuietNaN : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
