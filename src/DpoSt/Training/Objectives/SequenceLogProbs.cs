using DpoSt.Models;
using static TorchSharp.torch;

namespace DpoSt.Training.Objectives;

/// <summary>Log-probabilities of whole completions.</summary>
internal static class SequenceLogProbs
{
    /// <summary>The sum over each completion's tokens, without gradients.</summary>
    public static double[] Score(ILanguageModel model, TokenBatch batch)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var owner = batch.Completions.SelectMany((completion, b) => Enumerable.Repeat((long)b, completion.Length)).ToArray();
        return Sums(model.TokenLogProbs(batch, null), owner, batch.Completions.Count).cpu().data<double>().ToArray();
    }

    /// <summary>Token log-probabilities [M] summed by owner [M]: [owners], differentiable where gradients are enabled.</summary>
    public static Tensor Sums(Tensor logProbs, long[] owner, int owners)
    {
        using var scope = NewDisposeScope();
        return zeros([owners], dtype: logProbs.dtype, device: logProbs.device)
            .index_add(0, tensor(owner, device: logProbs.device), logProbs, 1)
            .MoveToOuterDisposeScope();
    }
}
