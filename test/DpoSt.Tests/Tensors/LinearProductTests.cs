using DpoSt.Models;
using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors;

public sealed class LinearProductTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 7, 3)]
    [InlineData(33, 64, 100)]
    public void Equals_plain_operators(int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(
            t => LinearProduct.Apply(t[0], t[1]),
            t => t[0].matmul(t[1].t()),
            2e-6, KernelCheck.Normal(1, rows, inputs), KernelCheck.Normal(2, outputs, inputs));
    }

    [Fact]
    public void Takes_rows_in_three_dimensions()
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(
            t => LinearProduct.Apply(t[0], t[1]),
            t => t[0].matmul(t[1].t()),
            2e-6, KernelCheck.Normal(1, 2, 5, 12), KernelCheck.Normal(2, 9, 12));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_what_asks_for_a_gradient_gets_one(bool input)
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (KernelCheck.Normal(1, 4, 8).requires_grad_(input), KernelCheck.Normal(2, 6, 8).requires_grad_(!input));
        BackwardGuard.Backward(LinearProduct.Apply(x, weight).sum());
        Assert.Equal(input, x.grad is not null);
        Assert.Equal(!input, weight.grad is not null);
    }

    [Theory]
    [InlineData(1, 16, 16)]
    [InlineData(11, 40, 33)]
    public void A_packed_weight_gives_the_same_product(int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (x, weight) = (KernelCheck.Normal(3, rows, inputs), KernelCheck.Normal(4, outputs, inputs));
        using var packed = Linear.ForDecoding(weight, rows);
        KernelCheck.Close(x.to(ScalarType.Float64).matmul(weight.to(ScalarType.Float64).t()), packed.call(x), 2e-6, "product");
    }
}
