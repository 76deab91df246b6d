using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.HalfPrecision;
using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors;

/// <summary>
/// Kernels over bfloat16 against plain operators in fp64 on the same rounded inputs: what is left is the rounding of results and of
/// gradients, 2^-9 of each number, and that of what the gradient is computed from.
/// </summary>
public sealed class Bf16KernelTests
{
    private const double Tolerance = 1 / 128.0;

    [Theory]
    [InlineData(64)]
    [InlineData(37)]
    public void Dropout_equals_its_fp32_mask(int width)
    {
        using var scope = NewDisposeScope();
        var (dropout, keys) = (new Dropout(0.25, 1, 1), Enumerable.Range(0, 5).Select(i => Dropout.RowKey(i, 0)).ToArray());
        using var mask = dropout.Apply(ones(5, width), keys, 3).to(ScalarType.Float64);
        Check(t => dropout.Apply(t[0], keys, 3), t => t[0].mul(mask), KernelCheck.Normal(1, 5, width));
    }

    [Fact]
    public void Gated_activations()
    {
        Check(
            t => GatedActivation.Silu.Apply(t[0]),
            t => t[0].narrow(-1, 0, 32).sigmoid().mul(t[0].narrow(-1, 0, 32)).mul(t[0].narrow(-1, 32, 32)), KernelCheck.Normal(2, 7, 64));
        Check(
            t => GatedActivation.Silu.Apply(t[0]),
            t => t[0].narrow(-1, 0, 5).sigmoid().mul(t[0].narrow(-1, 0, 5)).mul(t[0].narrow(-1, 5, 5)), KernelCheck.Normal(3, 7, 10));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(21)]
    public void Softmax_with_an_fp32_bias_whose_gradient_is_fp32(int keys)
    {
        using var scope = NewDisposeScope();
        var bias = KernelCheck.Normal(4, 1, 3, 6, keys);
        Check(t =>
            BiasedSoftmax.Apply(t[0], bias), t => t[0].add(bias.to(ScalarType.Float64)).softmax(-1), KernelCheck.Normal(5, 2, 3, 6, keys));

        var (ours, theirs) = (bias.clone().requires_grad_(true), bias.to(ScalarType.Float64).requires_grad_(true));
        var scores = KernelCheck.Normal(5, 2, 3, 6, keys).to(ScalarType.BFloat16);
        var weights = KernelCheck.Normal(6, 2, 3, 6, keys);
        BackwardGuard.Backward(BiasedSoftmax.Apply(scores, ours).mul(weights).sum());
        scores.to(ScalarType.Float64).add(theirs).softmax(-1).mul(weights).sum().backward();
        Assert.Equal(ScalarType.Float32, ours.grad!.dtype);
        KernelCheck.Close(theirs.grad!, ours.grad!, Tolerance, "gradient of the bias");
    }

    [Fact]
    public void Rotary_turns()
    {
        var angles = Enumerable.Range(0, 4 * 10).Select(i => 0.3f * i).ToArray();
        var turn = new RotaryTurn([.. angles.Select(MathF.Cos)], [.. angles.Select(MathF.Sin)], 10);
        Check(t => turn.Apply(t[0], 2, 20), Turned, KernelCheck.Normal(7, 4, 50));

        Tensor Turned(Tensor[] t)
        {
            var (c, s) = (Wide(MathF.Cos), Wide(MathF.Sin));
            var heads = t[0].narrow(1, 0, 40).view(4, 2, 2, 10);
            var (a, b) = (heads.select(2, 0), heads.select(2, 1));
            return cat([stack([a * c - b * s, b * c + a * s], 2).view(4, 40), t[0].narrow(1, 40, 10)], 1);
        }

        Tensor Wide(Func<float, float> of) => tensor(angles.Select(x => (double)of(x)).ToArray()).view(4, 1, 10);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(37)]
    public void The_log_probability_of_a_target_is_exact(int vocabulary)
    {
        using var scope = NewDisposeScope();
        long[] targets = [3, 0, 36, 17];
        var logits = KernelCheck.Normal(8, 4, vocabulary).mul(4).to(ScalarType.BFloat16);
        using (no_grad())
        {
            logits[0].narrow(0, 3, 1).fill_(13);                    // nearly certain: the gradient is what is left of one
            var exact = logits.to(ScalarType.Float64).log_softmax(-1).gather(1, tensor(targets).view(4, 1)).view(4);
            KernelCheck.Close(exact, TargetLogProb.Apply(logits, targets), 1e-6, "log-probabilities");
        }

        Check(t => TargetLogProb.Apply(t[0], targets), t => t[0].log_softmax(-1).gather(1, tensor(targets).view(4, 1)).view(4),
            logits.to(ScalarType.Float32));
        var (ours, theirs) = (logits.detach().requires_grad_(true), logits.detach().to(ScalarType.Float64).requires_grad_(true));
        BackwardGuard.Backward(TargetLogProb.Apply(ours, targets).sum());
        theirs.log_softmax(-1).gather(1, tensor(targets).view(4, 1)).sum().backward();
        var (left, right) = (ours.grad![0, 3].to(ScalarType.Float64).item<double>(), theirs.grad![0, 3].item<double>());
        Assert.Equal(right, left, right * Tolerance);
    }

    [Theory]
    [InlineData(5, 7, 3)]
    [InlineData(33, 64, 100)]
    public void Products_of_fp32_tensors_give_bfloat16_and_fp32_gradients(int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        Tensor[] rounded = [.. new[] { KernelCheck.Normal(1, rows, inputs), KernelCheck.Normal(2, outputs, inputs) }.Select(Rounded)];
        foreach (var way in Enum.GetValues<Bf16Way>().Where(way => way != Bf16Way.InHalves || HalfTile.IsSupported))
        {
            KernelCheck.Equal(t => Bf16Product.Apply(t[0], t[1], ScalarType.BFloat16, way), t => t[0].matmul(t[1].t()), Tolerance, rounded);
            var (x, weight) = (rounded[0].clone().requires_grad_(true), rounded[1].clone().requires_grad_(true));
            var y = Bf16Product.Apply(x.view(1, rows, inputs), weight, ScalarType.BFloat16, way);
            Assert.Equal(ScalarType.BFloat16, y.dtype);
            BackwardGuard.Backward(y.sum());
            Assert.Equal([ScalarType.Float32, ScalarType.Float32], [x.grad!.dtype, weight.grad!.dtype]);

            // A second pass adds to what is there.
            var first = weight.grad!.clone();
            BackwardGuard.Backward(Bf16Product.Apply(x.detach(), weight, ScalarType.BFloat16, way).sum());
            KernelCheck.Close(first.mul(2), weight.grad!, Tolerance, "gradient of two passes");
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 13, 5)]
    [InlineData(40, 64, 70)]
    public void Products_of_matrices_with_matrices(int rows, int depth, int columns)
    {
        var (a, b) = (KernelCheck.Normal(1, 2, 3, rows, depth), KernelCheck.Normal(2, 2, 3, columns, depth));
        Check(t => BatchedProduct.Apply(t[0], t[1]), t => t[0].matmul(t[1].transpose(2, 3)), a, b);

        // Parts of a larger tensor, and turned round, as attention has them.
        Check(t =>
            BatchedProduct.Apply(t[0].transpose(1, 2), t[1].transpose(1, 2)), t => t[0].transpose(1, 2).matmul(t[1].permute(0, 2, 3, 1)),
            KernelCheck.Normal(3, 2, rows, 3, depth), KernelCheck.Normal(4, 2, columns, 3, depth));
        Check(t =>
            BatchedProduct.Apply(t[0], t[1].transpose(2, 3)), t => t[0].matmul(t[1]), a, KernelCheck.Normal(5, 2, 3, depth, columns));
    }

    [Fact]
    public void Widened_factors_are_rounded_ones()
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (KernelCheck.Normal(3, 9, 40), KernelCheck.Normal(4, 20, 40));
        KernelCheck.Same(
            Bf16Product.Apply(Rounded(x), Rounded(weight), ScalarType.BFloat16, Bf16Way.Widened),
            Bf16Product.Apply(x, weight, ScalarType.BFloat16, Bf16Way.Widened));
    }

    // The kernel in bfloat16 against the reference in fp64, from inputs that bfloat16 holds exactly.
    private static void Check(Func<Tensor[], Tensor> kernel, Func<Tensor[], Tensor> reference, params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(t => kernel([.. t.Select(x => x.to(ScalarType.BFloat16))]), reference, Tolerance, [.. inputs.Select(Rounded)]);
    }

    private static Tensor Rounded(Tensor x) => x.to(ScalarType.BFloat16).to(ScalarType.Float32);
}
