using static TorchSharp.torch;

namespace DpoSt.Tensors;

/// <summary>
/// The log-probabilities of targets from states, some rows at a time: of the logits [M, V], the largest thing a small model computes, never
/// more than a chunk exists, forward or backward. Shapes: M rows, D model, V vocabulary.
/// </summary>
internal static class ChunkedLogProb
{
    /// <summary>Numbers of a chunk of logits: 128 MB. Each chunk costs a pass over the head's gradient, so that smaller ones cost time.</summary>
    public const long ChunkSize = 1L << 25;

    /// <summary>states [M, D] and a target a row give [M].</summary>
    /// <param name="states">What the head takes.</param>
    /// <param name="targets">An id a row.</param>
    /// <param name="vocabulary">V.</param>
    /// <param name="logits">The head: [m, D] to [m, V].</param>
    /// <param name="chunkSize">The most logits at a time.</param>
    public static Tensor Apply(Tensor states, long[] targets, long vocabulary, Func<Tensor, Tensor> logits, long chunkSize = ChunkSize)
    {
        using var scope = NewDisposeScope();
        var rows = (int)Math.Clamp(chunkSize / vocabulary, 1, int.MaxValue);
        return targets.Length <= rows
            ? TargetLogProb.Apply(logits(states), targets).MoveToOuterDisposeScope()
            : cat([.. targets.Chunk(rows).Select((part, i) => Recomputed.Apply([states.narrow(0, (long)i * rows, part.Length)], x => Of(x[0], part, logits)))]).MoveToOuterDisposeScope();
    }

    private static Tensor Of(Tensor states, long[] targets, Func<Tensor, Tensor> logits)
    {
        using var scope = NewDisposeScope();
        return TargetLogProb.Apply(logits(states), targets).MoveToOuterDisposeScope();
    }
}
