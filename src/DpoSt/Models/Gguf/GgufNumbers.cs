using System.Runtime.InteropServices;
using DpoSt.Tensors.Kernels;

namespace DpoSt.Models.Gguf;

/// <summary>Numbers in ggml's types.</summary>
internal static class GgufNumbers
{
    /// <summary>Numbers that share a scale in 8 bits.</summary>
    public const int Block = 32;

    /// <summary>Bytes of such a block: a scale of 16 bits, and a byte a number.</summary>
    public const int BlockBytes = 34;

    /// <summary>Writes numbers in a type; those of 8 bits come in whole blocks.</summary>
    public static void Write(BinaryWriter writer, float[] numbers, GgufType type)
    {
        switch (type)
        {
            case GgufType.F32: writer.Write(MemoryMarshal.AsBytes<float>(numbers)); break;
            case GgufType.F16: writer.Write(MemoryMarshal.AsBytes<Half>(Array.ConvertAll(numbers, n => (Half)n))); break;
            case GgufType.BF16: writer.Write(MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(numbers, Bf16.Nearest))); break;
            default: WriteBlocks(writer, numbers); break;
        }
    }

    private static void WriteBlocks(BinaryWriter writer, float[] numbers)
    {
        Span<sbyte> bytes = stackalloc sbyte[Block];
        for (var at = 0; at < numbers.Length; at += Block)
        {
            var block = numbers.AsSpan(at, Block);
            var largest = 0f;
            foreach (var number in block)
            {
                largest = Math.Max(largest, Math.Abs(number));
            }

            var scale = largest / 127;
            for (var i = 0; i < Block; i++)
            {
                bytes[i] = scale == 0 ? (sbyte)0 : (sbyte)MathF.Round(block[i] / scale, MidpointRounding.AwayFromZero);
            }

            writer.Write((Half)scale);
            writer.Write(MemoryMarshal.AsBytes(bytes));
        }
    }
}
