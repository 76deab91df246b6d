using DpoSt.Models;
using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Training;

/// <summary>Log-probabilities of whole completions.</summary>
internal static class SequenceLogProbs
{
    /// <summary>The sum over each completion's tokens: [B], differentiable where gradients are enabled.</summary>
    public static Tensor Of(ILanguageModel model, TokenBatch batch, Dropout? dropout)
    {
        using var scope = NewDisposeScope();
        var logProbs = model.TokenLogProbs(batch, dropout);                                               // [M]
        var owner = batch.Completions.SelectMany((completion, b) => Enumerable.Repeat((long)b, completion.Length)).ToArray();
        return zeros([batch.Completions.Count], dtype: logProbs.dtype, device: logProbs.device)
            .index_add(0, tensor(owner, device: logProbs.device), logProbs, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The same as plain numbers, without gradients.</summary>
    public static float[] Score(ILanguageModel model, TokenBatch batch)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return Of(model, batch, null).to(ScalarType.Float32).cpu().data<float>().ToArray();
    }
}
