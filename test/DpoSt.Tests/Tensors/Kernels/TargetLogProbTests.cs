using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed class TargetLogProbTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 15)]
    [InlineData(9, 384)]
    [InlineData(33, 1001)]
    public void Equals_plain_operators(int rows, int vocabulary)
    {
        using var scope = NewDisposeScope();
        var targets = Enumerable.Range(0, rows).Select(r => (long)(r * 7 % vocabulary)).ToArray();
        KernelCheck.Equal(
            t => TargetLogProb.Apply(t[0], targets),
            t => t[0].log_softmax(-1).gather(1, tensor(targets).unsqueeze(1)).squeeze(1),
            2e-6, KernelCheck.Normal(1, rows, vocabulary).mul(5));
    }

    [Fact]
    public void Large_logits_neither_overflow_nor_vanish()
    {
        using var scope = NewDisposeScope();
        var logits = full(1, 40, -1e4f);
        logits[0, 3] = 1e4f;
        Assert.All([(3L, 0), (4L, -2e4)], row => Assert.Equal(row.Item2, TargetLogProb.Apply(logits, [row.Item1]).item<double>(), 2e-7));
    }

    [Fact]
    public void Many_unlikely_words_count_beside_the_likeliest()
    {
        using var scope = NewDisposeScope();
        var logits = full(1, 131_072, -17f);
        logits[0, 5] = 0;
        var tail = 131_071 * Math.Exp(-17);
        Assert.Equal(-Math.Log(1 + tail), TargetLogProb.Apply(logits, [5]).item<double>(), 3e-7);
        Assert.True(tail > 5e-3);
    }

    [Fact]
    public void No_gradient_is_subnormal()
    {
        using var scope = NewDisposeScope();
        // From nothing down to e^-130, over whole vectors and the rest behind them.
        var logits = arange(0, -130, -0.5, dtype: ScalarType.Float32).view(4, 65).requires_grad_(true);
        BackwardGuard.Backward(TargetLogProb.Apply(logits, [0, 1, 2, 64]).mul(1e-6f).sum());
        Assert.All(logits.grad!.data<float>().ToArray(), g => Assert.True(g == 0 || float.IsNormal(g), $"{g}"));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Loses_nothing_that_the_logits_know(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        // Log-probabilities of some -200 nats, of which fp32 would keep 1.5e-5.
        var logits = KernelCheck.Normal(2, 8, 1001).mul(60).to(dtype);
        var targets = Enumerable.Range(1, 8).Select(r => (long)r * 100).ToArray();
        var exact = logits.to(ScalarType.Float64).log_softmax(-1).gather(1, tensor(targets).unsqueeze(1)).squeeze(1);
        Assert.True(exact.abs().max().item<double>() > 100);
        var result = TargetLogProb.Apply(logits, targets);
        Assert.Equal(ScalarType.Float64, result.dtype);
        Assert.InRange(result.sub(exact).abs().max().item<double>(), 0, 1e-6);
    }
}
