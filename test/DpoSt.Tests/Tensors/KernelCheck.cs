using DpoSt.Tensors.Autograd;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors;

/// <summary>Compares a kernel in fp32 with plain operators of libtorch in fp64: the result, and the gradient of every input.</summary>
internal static class KernelCheck
{
    /// <summary>Normal numbers that depend on the seed and the shape alone.</summary>
    public static Tensor Normal(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed, CPU);
        return randn(shape, generator: generator);
    }

    /// <summary>
    /// Runs both on the same inputs under the same random upstream gradient; errors are relative to the largest magnitude.
    /// </summary>
    public static void Equal(Func<Tensor[], Tensor> kernel, Func<Tensor[], Tensor> reference, double tolerance, params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        var ours = inputs.Select(t => t.detach().clone().requires_grad_(true)).ToArray();
        var theirs = inputs.Select(t => t.detach().to(ScalarType.Float64).requires_grad_(true)).ToArray();
        var (actual, expected) = (kernel(ours), reference(theirs));
        Close(expected, actual, tolerance, "result");

        var upstream = Normal(99, [.. expected.shape]);
        BackwardGuard.Backward(actual.mul(upstream).sum());
        expected.mul(upstream.to(ScalarType.Float64)).sum().backward();
        for (var i = 0; i < inputs.Length; i++)
        {
            Close(theirs[i].grad!, ours[i].grad!, tolerance, $"gradient of input {i}");
        }

        using var _ = no_grad();
        Close(expected, kernel(ours), tolerance, "result without gradients");
    }

    /// <summary>
    /// The largest difference, relative to the largest magnitude expected where that is above one (a gradient may be zero).
    /// </summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var wide = expected.detach().to(ScalarType.Float64);
        var gap = actual.detach().to(ScalarType.Float64).sub(wide).abs().max()
            .item<double>() / Math.Max(wide.abs().max().item<double>(), 1);
        Assert.True(gap < tolerance, $"{what} differs by {gap}");
    }

    /// <summary>Equal in dtype, shape and every element.</summary>
    public static void Same(Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.eq(actual).all().item<bool>(), $"{expected.ne(actual).sum().item<long>()} elements differ");
    }
}
