using System.Runtime.Intrinsics;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed unsafe class ElementTests
{
    private static readonly uint[] Edges =
    [
        0, 0x8000_0000, 1, 0x7F_FFFF, 0x3F80_7FFF, 0x3F80_8000, 0x3F80_8001, 0x3F81_8000, 0xBF81_7FFF, 0x7F7F_7FFF, 0x7F7F_8000,
        0x7F7F_FFFF, 0x7F80_0000, 0xFF80_0000,
    ];

    [Fact]
    public void Bfloat16_rounds_and_widens_as_libtorch_does()
    {
        using var scope = NewDisposeScope();
        var random = new SplitMix64(1);
        var numbers = Enumerable.Range(0, 4096)
            .Select(i => i < Edges.Length ? Edges[i] : (uint)random.Next(int.MaxValue) * 2 + (uint)random.Next(2))
            .Select(BitConverter.UInt32BitsToSingle).Where(f => !float.IsNaN(f)).Take(4000).ToArray();
        var expected = tensor(numbers).to(ScalarType.BFloat16);
        var (halves, singly, wide, widened) = (new ushort[4000], new ushort[4000], new float[4000], new float[4000]);
        fixed (ushort* to = halves, one = singly)
        {
            for (var i = 0; i < 4000; i += 16)
            {
                Bf16.Store(Vector512.Create(numbers, i), (nint)to, i);
                Bf16.Load((nint)to, i).CopyTo(wide, i);
            }

            for (var i = 0; i < 4000; i++)
            {
                Bf16.Set(numbers[i], (nint)one, i);
                widened[i] = Bf16.Get((nint)one, i);
            }
        }

        Assert.Equal(halves, singly);
        Assert.Equal(wide, widened);
        Assert.Equal(expected.to(ScalarType.Float32).data<float>().ToArray(), wide);
    }

    [Theory]
    [InlineData(0x7FC0_0000)]
    [InlineData(0x7F80_0001)]
    [InlineData(0x7FFF_FFFF)]
    [InlineData(0xFFFF_FFFF)]
    public void What_is_no_number_stays_none(uint bits)
    {
        var halves = new ushort[17];
        fixed (ushort* to = halves)
        {
            Bf16.Store(Vector512.Create(BitConverter.UInt32BitsToSingle(bits)), (nint)to, 0);
            Bf16.Set(BitConverter.UInt32BitsToSingle(bits), (nint)to, 16);
            var (first, last) = (Bf16.Get((nint)to, 0), Bf16.Get((nint)to, 16));
            Assert.True(float.IsNaN(first) && float.IsNaN(last));
        }
    }
}
