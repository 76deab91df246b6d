using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed class RotaryTurnTests
{
    [Theory]
    [InlineData(5, 3, 2, 64, 64)]
    [InlineData(1, 1, 0, 8, 8)]
    [InlineData(9, 2, 1, 34, 34)]
    [InlineData(4, 2, 2, 24, 12)]
    [InlineData(3, 2, 1, 96, 66)]
    public void It_multiplies_pairs_as_complex_numbers(int rows, int heads, int rest, int size, int turned)
    {
        using var scope = NewDisposeScope();
        var angles = KernelCheck.Normal(1, rows, turned / 2).mul(3);
        var turn = new RotaryTurn(angles.cos().data<float>().ToArray(), angles.sin().data<float>().ToArray(), turned / 2);
        KernelCheck.Equal(
            t => turn.Apply(t[0], heads, size),
            t =>
            {
                var parts = t[0].narrow(1, 0, heads * size).view(rows, heads, size).split([turned / 2, turned / 2, size - turned], 2);
                var pairs = complex(parts[0], parts[1]) * complex(
                    angles.to(ScalarType.Float64).cos(), angles.to(ScalarType.Float64).sin()).unsqueeze(1);
                return cat([cat([pairs.real, pairs.imag, parts[2]], 2).view(rows, -1), t[0].narrow(1, heads * size, rest * size)], 1);
            },
            2e-6, KernelCheck.Normal(2, rows, (heads + rest) * size));
    }
}
