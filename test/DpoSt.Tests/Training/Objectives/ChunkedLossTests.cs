using DpoSt.Models;
using DpoSt.Models.Decoding;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using DpoSt.Tests.Models;
using DpoSt.Tests.Tensors;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training.Objectives;

public sealed class ChunkedLossTests
{
    private static readonly int[][] Pairs = [[0, 3], [1, 4], [2, 5]];

    [Theory]
    [InlineData("t5", 1)]
    [InlineData("t5-relu-tied", 7)]
    [InlineData("llama", 10)]
    [InlineData("llama-tied", 25)]
    public void Chunks_give_the_loss_and_the_gradients_of_the_whole(string kind, int rows)
    {
        using var scope = NewDisposeScope();
        var (model, batch) = (TinyModels.New(kind, 5), TinyModels.Batch(6, 6));
        var whole = Whole(model, batch);
        foreach (var buffer in model.Parameters.Buffers)
        {
            buffer.Gradients!.zero_();
        }

        var cost = ChunkedLoss.Run(model, batch, Pairs, null, 0.25, (part, logProbs) => Of(batch, part, logProbs), rows);
        Assert.Equal(whole.Loss, cost.Loss, 1e-6 * Math.Abs(whole.Loss));                    // a sum in fp32
        Assert.Equal(batch.ScoredTokens, cost.Metrics.Single().Value);
        Assert.All(whole.Gradients.Zip(model.Parameters.Buffers), pair =>
            KernelCheck.Close(pair.First, pair.Second.Gradients!, 1e-6, "gradients"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Only_a_chunk_of_logits_exists_at_a_time_and_only_once(bool learns)
    {
        using var scope = NewDisposeScope();
        var model = new CountingModel(TinyModels.New(TinyModels.T5, 5));
        model.Parameters.EnableGradients();
        var batch = TinyModels.Batch(6, 6);
        var most = Pairs.Max(pair => pair.Sum(c => batch.Completions[c].Length));
        _ = ChunkedLoss.Run(model, batch, Pairs, null, learns ? 1 : null, (part, logProbs) => Of(batch, part, logProbs), most);
        Assert.Equal(batch.ScoredTokens, model.Rows.Sum());
        Assert.True(model.Rows.Max() <= most && model.Rows.Count > 1);
        Assert.Equal(learns, model.Parameters.Buffers.Any(b => b.Gradients!.count_nonzero().item<long>() > 0));
    }

    // Every pair costs something else a token, so that a row in the wrong place shows.
    private static PartCost Of(TokenBatch batch, int[] part, Tensor logProbs)
    {
        var weights = part.SelectMany(p => Pairs[p]).SelectMany(c => batch.Completions[c].Select((_, t) => 1 + c + 0.1f * t)).ToArray();
        return new PartCost(logProbs.mul(tensor(weights)).sum(), [new("tokens", weights.Length)]);
    }

    private static (double Loss, Tensor[] Gradients) Whole(ILanguageModel model, TokenBatch batch)
    {
        model.Parameters.EnableGradients();
        var weights = batch.Completions.SelectMany((completion, c) => completion.Select((_, t) => 1 + c + 0.1f * t)).ToArray();
        var targets = batch.Completions.SelectMany(c => c).Select(id => (long)id).ToArray();
        var loss = model.Logits(model.CompletionStates(batch, null)).log_softmax(-1).gather(1, tensor(targets).view(-1, 1)).view(-1)
            .mul(tensor(weights)).sum();
        BackwardGuard.Backward(loss.mul(0.25));
        return (loss.item<float>(), [.. model.Parameters.Buffers.Select(b => b.Gradients!.clone())]);
    }

    /// <summary>Notes how many rows of logits are asked for.</summary>
    private sealed class CountingModel(ILanguageModel model) : ILanguageModel
    {
        public List<int> Rows { get; } = [];

        public string ModelType => model.ModelType;
        public bool IsCausal => model.IsCausal;

        public int VocabularySize => model.VocabularySize;

        public ScalarType ProductType => model.ProductType;

        public double DropoutRate => model.DropoutRate;

        public ParameterSet Parameters => model.Parameters;

        public Tensor CompletionStates(TokenBatch batch, Dropout? dropout) => model.CompletionStates(batch, dropout);

        public Tensor Logits(Tensor states)
        {
            Rows.Add((int)states.size(0));
            return model.Logits(states);
        }

        public IStepDecoder NewDecoder(int slots, int maxPromptTokens, int maxNewTokens) =>
            model.NewDecoder(slots, maxPromptTokens, maxNewTokens);

        public void Dispose() => model.Dispose();
    }
}
