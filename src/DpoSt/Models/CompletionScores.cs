using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>What a model says of completions. Shapes: M scored tokens, D model, V vocabulary.</summary>
internal static class CompletionScores
{
    /// <summary>Numbers of a chunk of logits, the largest thing a small model computes: 128 MB. Never more exist at once.</summary>
    public const long ChunkSize = 1L << 25;

    /// <summary>The log-probability of every completion token given its prompt and the tokens before it: [M], row by row, in fp64.</summary>
    public static Tensor TokenLogProbs(this ILanguageModel model, TokenBatch batch, Dropout? dropout)
    {
        using var scope = NewDisposeScope();
        var states = model.CompletionStates(batch, dropout);                                            // [M, D]
        var rows = (int)Math.Clamp(ChunkSize / model.VocabularySize, 1, int.MaxValue);
        var chunks = batch.Completions.SelectMany(c => c).Chunk(rows).Select((part, i) =>
        {
            using var inner = NewDisposeScope();
            var logits = model.Logits(states.narrow(0, (long)i * rows, part.Length));                   // [m, V]
            return TargetLogProb.Apply(logits, Array.ConvertAll(part, id => (long)id)).MoveToOuterDisposeScope();
        });
        return cat([.. chunks]).MoveToOuterDisposeScope();
    }

    /// <summary>Log-probabilities as numbers.</summary>
    /// <exception cref="UserErrorException">One is none: what the model computes is worth nothing.</exception>
    public static double[] Numbers(Tensor logProbs)
    {
        using var scope = NewDisposeScope();
        var numbers = logProbs.cpu().data<double>().ToArray();
        return Array.Exists(numbers, double.IsNaN)
            ? throw new UserErrorException("the model's logits are no numbers, so its weights are damaged: train or download it again.")
            : numbers;
    }
}
