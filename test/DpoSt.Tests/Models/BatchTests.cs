using DpoSt.Models;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>What a batch must not change, in every family.</summary>
public sealed class BatchTests
{
    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void A_row_alone_equals_the_row_in_a_batch(string kind)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(kind, 1);
        var batch = TinyModels.Batch(2, 6);
        var together = model.TokenLogProbs(batch, null);
        var alone = Enumerable.Range(0, 6).Select(b => model.TokenLogProbs(Row(batch, b), null)).ToArray();
        KernelCheck.Close(together, cat(alone), 1e-5, "log-probabilities");
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void A_row_s_dropout_does_not_depend_on_its_batch(string kind)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(kind, 3);
        var (batch, dropout) = (TinyModels.Batch(4, 5), new Dropout(0.2, 1, 1));
        var alone = Enumerable.Range(0, 5).Select(b => model.TokenLogProbs(Row(batch, b), dropout)).ToArray();
        KernelCheck.Close(model.TokenLogProbs(batch, dropout), cat(alone), 1e-5, "log-probabilities");
        Assert.False(model.TokenLogProbs(batch, null).allclose(model.TokenLogProbs(batch, dropout)));
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void A_shared_prompt_equals_one_for_each_completion_and_so_do_gradients(string kind)
    {
        using var scope = NewDisposeScope();
        var (prompts, completions) = (TinyModels.Batch(5, 2).Prompts, TinyModels.Batch(6, 4).Completions);
        int[] owner = [1, 0, 1, 0];
        var shared = new TokenBatch(prompts, completions, owner, [0, 1, 2, 3]);
        var separate = new TokenBatch([.. owner.Select(p => prompts[p])], completions, [0, 1, 2, 3], [0, 1, 2, 3]);
        using var first = TinyModels.New(kind, 7);
        using var second = TinyModels.New(kind, 7);
        KernelCheck.Close(
            Gradients(second, separate, out var expected), Gradients(first, shared, out var actual), 1e-5, "log-probabilities");
        Assert.All(expected.Zip(actual), pair => KernelCheck.Close(pair.First, pair.Second, 2e-5, "gradients"));
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void Gradients_equal_finite_differences(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(kind, 8, ScalarType.Float64);
        var batch = TinyModels.Batch(9, 3);
        Gradients(model, batch, out var gradients);
        using var _ = no_grad();
        foreach (var (buffer, gradient) in model.Parameters.Buffers.Zip(gradients))
        {
            // Along one random direction a buffer: (f(x + h d) - f(x - h d)) / 2h, with an error of the order of h squared.
            const double h = 1e-5;
            var direction = KernelCheck.Normal(10, buffer.Values.numel()).to(ScalarType.Float64);
            buffer.Values.add_(direction, h);
            var above = model.TokenLogProbs(batch, null).sum().item<double>();
            buffer.Values.add_(direction, -2 * h);
            var below = model.TokenLogProbs(batch, null).sum().item<double>();
            buffer.Values.add_(direction, h);
            var slope = direction.dot(gradient).item<double>();
            Assert.Equal(slope, (above - below) / (2 * h), Math.Max(1, Math.Abs(slope)) * 1e-5);
        }
    }

    private static Tensor Gradients(ILanguageModel model, TokenBatch batch, out Tensor[] gradients)
    {
        model.Parameters.EnableGradients();
        var logProbs = model.TokenLogProbs(batch, null);
        BackwardGuard.Backward(logProbs.sum());
        gradients = [.. model.Parameters.Buffers.Select(b => b.Gradients!)];
        return logProbs.detach();
    }

    private static TokenBatch Row(TokenBatch batch, int b) => TokenBatch.Of([(batch.Prompts[b], batch.Completions[b], batch.Examples[b])]);
}
