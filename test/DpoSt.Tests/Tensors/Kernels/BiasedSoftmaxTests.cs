using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

/// <summary>Shapes: B rows, H heads, T queries, S keys.</summary>
public sealed class BiasedSoftmaxTests
{
    [Theory]
    [InlineData(2, 3, 4, 16)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(3, 2, 5, 17)]
    [InlineData(2, 4, 33, 100)]
    public void Equals_plain_operators_whatever_the_bias_broadcasts_over(int rows, int heads, int queries, int keys)
    {
        long[][] biases =
            [[rows, heads, queries, keys], [1, heads, queries, keys], [rows, 1, 1, keys], [1, heads, queries, 1], [1, 1, 1, 1]];
        foreach (var shape in biases)
        {
            using var scope = NewDisposeScope();
            KernelCheck.Equal(
                t => BiasedSoftmax.Apply(t[0], t[1]),
                t => (t[0] + t[1]).softmax(-1),
                2e-6, KernelCheck.Normal(1, rows, heads, queries, keys).mul(4), KernelCheck.Normal(2, shape).mul(3));
        }
    }

    [Fact]
    public void No_bias_is_a_plain_softmax()
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(t => BiasedSoftmax.Apply(t[0], null), t => t[0].softmax(-1), 2e-6, KernelCheck.Normal(3, 2, 2, 3, 21));
    }

    [Fact]
    public void No_probability_is_subnormal_and_no_gradient()
    {
        using var scope = NewDisposeScope();
        var scores = arange(0, -130, -0.5, dtype: ScalarType.Float32).view(1, 1, 2, 130).requires_grad_(true);
        var probabilities = BiasedSoftmax.Apply(scores, null);
        BackwardGuard.Backward(probabilities.mul(KernelCheck.Normal(5, 1, 1, 2, 130)).mul(1e-6f).sum());
        Assert.All(probabilities.data<float>().Concat(scores.grad!.data<float>()), x => Assert.True(x == 0 || float.IsNormal(x), $"{x}"));
    }

    [Fact]
    public void A_masked_key_gets_exactly_nothing()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new[] { 0, 0, float.MinValue, 0, float.MinValue }).view(1, 1, 1, 5);
        var result = BiasedSoftmax.Apply(KernelCheck.Normal(4, 2, 3, 4, 5), mask);
        Assert.Equal(0, result.index_select(3, tensor(new[] { 2L, 4L })).abs().max().item<float>());
        KernelCheck.Close(ones(2, 3, 4), result.sum(-1), 1e-6, "sum of probabilities");
    }
}
