using DpoSt.Models;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Products;

public sealed class LinearProductTests
{
    // oneDNN's products need AVX2; libtorch's own BLAS is everywhere.
    private static bool[] Libraries => Linear.CanPack ? [false, true] : [false];

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 7, 3)]
    [InlineData(33, 64, 100)]
    public void Equals_plain_operators(int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        foreach (var oneDnn in Libraries)
        {
            KernelCheck.Equal(
                t => LinearProduct.Apply(t[0], t[1], oneDnn),
                t => t[0].matmul(t[1].t()),
                2e-6, KernelCheck.Normal(1, rows, inputs), KernelCheck.Normal(2, outputs, inputs));
        }
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

    [Fact]
    public void Gradients_of_two_passes_add_up_where_they_are()
    {
        using var scope = NewDisposeScope();
        var (first, second, weight) = (
            KernelCheck.Normal(5, 4, 8), KernelCheck.Normal(6, 3, 8), KernelCheck.Normal(7, 6, 8).requires_grad_(true));
        var (x, y, w) = (first.to(ScalarType.Float64), second.to(ScalarType.Float64), weight.detach().to(ScalarType.Float64));
        var expected = ones(6, 4, dtype: ScalarType.Float64).matmul(x) + 2 * y.matmul(w.t()).t().matmul(y);
        foreach (var oneDnn in Libraries)
        {
            var whole = zeros(7, 6, 8);
            weight.grad = whole[2];                 // a view, as a parameter's gradient is
            BackwardGuard.Backward(LinearProduct.Apply(first, weight, oneDnn).sum());
            BackwardGuard.Backward(LinearProduct.Apply(second, weight, oneDnn).square().sum());
            KernelCheck.Close(expected, whole[2], 1e-5, "gradient");
            KernelCheck.Close(whole[2], whole.sum([0]), 1e-5, "what lies around it");
        }
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
