using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed class GatedActivationTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(50, 48)]
    [InlineData(7, 24)]            // no multiple of a vector
    [InlineData(3, 5)]             // less than one: the composed path
    public void Silu_equals_plain_operators(int rows, int width)
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(
            t => GatedActivation.Silu.Apply(t[0]),
            t => Gate(t[0]) * Gate(t[0]).sigmoid() * Up(t[0]),
            2e-6, KernelCheck.Normal(1, rows, 2 * width).mul(3));
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(50, 48)]
    [InlineData(7, 24)]
    [InlineData(3, 5)]
    public void Gelu_equals_the_tanh_formula(int rows, int width)
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(
            t => GatedActivation.GeluTanh.Apply(t[0]),
            t => 0.5 * Gate(t[0]) * (1 + (Math.Sqrt(2 / Math.PI) * (Gate(t[0]) + 0.044715 * Gate(t[0]).pow(3))).tanh()) * Up(t[0]),
            2e-6, KernelCheck.Normal(2, rows, 2 * width).mul(3));
    }

    [Fact]
    public void Far_tails_are_finite()
    {
        using var scope = NewDisposeScope();
        var x = cat([full(1, 16, -60f), ones(1, 16)], 1).requires_grad_(true);
        foreach (var activation in (GatedActivation[])[GatedActivation.Silu, GatedActivation.GeluTanh])
        {
            BackwardGuard.Backward(activation.Apply(x).sum());
            Assert.True(x.grad!.isfinite().all().item<bool>());
        }
    }

    private static Tensor Gate(Tensor x) => x.narrow(-1, 0, x.size(-1) / 2);

    private static Tensor Up(Tensor x) => x.narrow(-1, x.size(-1) / 2, x.size(-1) / 2);
}
