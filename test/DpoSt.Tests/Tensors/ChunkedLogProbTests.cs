using DpoSt.Models.Llama;
using DpoSt.Models.T5;
using DpoSt.Tensors;
using DpoSt.Tests.Models;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors;

public sealed class ChunkedLogProbTests
{
    [Theory]
    [InlineData("t5", 1)]
    [InlineData("t5-relu-tied", 7)]
    [InlineData("llama", 10)]
    [InlineData("llama-tied", 3)]
    public void Chunks_give_the_log_probabilities_and_the_gradients_of_the_whole(string kind, int rows)
    {
        using var scope = NewDisposeScope();
        var (whole, chunked) = (Run(kind, long.MaxValue), Run(kind, rows * TinyModels.Vocabulary));
        KernelCheck.Close(whole.LogProbs, chunked.LogProbs, 1e-6, "log-probabilities");
        Assert.All(whole.Gradients.Zip(chunked.Gradients), pair => KernelCheck.Close(pair.First, pair.Second, 1e-6, "gradients"));
    }

    [Fact]
    public void Only_a_chunk_of_logits_exists_at_a_time()
    {
        using var scope = NewDisposeScope();
        var most = 0L;
        var head = KernelCheck.Normal(1, 50, 8).requires_grad_(true);
        var states = KernelCheck.Normal(2, 23, 8).requires_grad_(true);
        var logProbs = ChunkedLogProb.Apply(states, [.. Enumerable.Range(0, 23).Select(r => (long)r)], 50, Logits, 4 * 50);
        BackwardGuard.Backward(logProbs.sum());
        Assert.Equal(4, most);

        Tensor Logits(Tensor x)
        {
            most = Math.Max(most, x.size(0));
            return LinearProduct.Apply(x, head);
        }
    }

    [Fact]
    public void A_failure_in_the_second_computation_arrives_as_it_was_thrown()
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        var x = ones(3).requires_grad_(true);
        var y = Recomputed.Apply([x], t => calls++ == 0 ? t[0].mul(2) : throw new UserErrorException("the second time"));
        Assert.Equal("the second time", Assert.Throws<UserErrorException>(() => BackwardGuard.Backward(y.sum())).Message);
    }

    private static (Tensor LogProbs, Tensor[] Gradients) Run(string kind, long chunkSize)
    {
        var model = TinyModels.New(kind, 5);
        model.Parameters.EnableGradients();
        var batch = TinyModels.Batch(6, 5);
        var states = model switch
        {
            T5Model t5 => t5.Decode(batch, null),
            LlamaModel llama => llama.States(PackedRows.Of(batch, null, CPU), null),
            _ => throw new InvalidOperationException(),
        };
        Func<Tensor, Tensor> logits = model is T5Model first ? first.Logits : ((LlamaModel)model).Logits;
        var targets = Enumerable.Range(0, (int)states.size(0)).Select(r => (long)(r * 7 % TinyModels.Vocabulary)).ToArray();
        var logProbs = ChunkedLogProb.Apply(states, targets, TinyModels.Vocabulary, logits, chunkSize);
        BackwardGuard.Backward(logProbs.mul(linspace(0.5, 1.5, targets.Length)).mean());
        return (logProbs, [.. model.Parameters.Buffers.Select(b => b.Gradients!)]);
    }
}
