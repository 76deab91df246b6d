using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed class RotaryTurnTests
{
    [Theory]
    [InlineData(5, 3, 2, 64)]
    [InlineData(1, 1, 0, 8)]
    [InlineData(9, 2, 1, 34)]
    public void It_multiplies_pairs_as_complex_numbers(int rows, int heads, int rest, int size)
    {
        using var scope = NewDisposeScope();
        var angles = KernelCheck.Normal(1, rows, size / 2).mul(3);
        var turn = new RotaryTurn(angles.cos().data<float>().ToArray(), angles.sin().data<float>().ToArray());
        KernelCheck.Equal(
            t => turn.Apply(t[0], heads, size),
            t =>
            {
                var pairs = t[0].narrow(1, 0, heads * size).view(rows, heads, 2, size / 2);
                var turned = complex(pairs.select(2, 0), pairs.select(2, 1)) * complex(
                    angles.to(ScalarType.Float64).cos(), angles.to(ScalarType.Float64).sin()).unsqueeze(1);
                return cat([stack([turned.real, turned.imag], 2).view(rows, -1), t[0].narrow(1, heads * size, rest * size)], 1);
            },
            2e-6, KernelCheck.Normal(2, rows, (heads + rest) * size));
    }
}
