using DpoSt.Models.Costs;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>What a model says of completions. Shapes: M scored tokens, D model, V vocabulary.</summary>
internal static class CompletionScores
{
    private const long ChunkBytes = 128L << 20;

    /// <summary>Rows of a chunk of logits, the largest thing a small model computes: 128 MB. Never more exist at once.</summary>
    public static int ChunkRows(long vocabulary, bool bf16) =>
        (int)Math.Clamp(ChunkBytes / (CostUnits.ProductBytes(bf16) * vocabulary), 1, int.MaxValue);

    /// <inheritdoc cref="ChunkRows(long, bool)"/>
    public static int ChunkRows(this ILanguageModel model) => ChunkRows(model.VocabularySize, model.ProductType == ScalarType.BFloat16);

    /// <summary>The log-probability of every completion token given its prompt and the tokens before it: [M] in fp64.</summary>
    public static Tensor TokenLogProbs(this ILanguageModel model, TokenBatch batch, Dropout? dropout)
    {
        using var scope = NewDisposeScope();
        var states = model.CompletionStates(batch, dropout);                                            // [M, D]
        var rows = model.ChunkRows();
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
            ? throw new UserErrorException("the model's logits are not numbers, so its weights are damaged: train or download it again.")
            : numbers;
    }
}
