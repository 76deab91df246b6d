namespace DpoSt.Training;

/// <summary>
/// Which examples each optimizer step takes: a pure function of the step, so that a run resumes anywhere. Every epoch is a new shuffle;
/// within windows of some steps examples of like length are put together, and the steps of a window are shuffled again, so that little
/// is computed on padding and the order stays random.
/// </summary>
internal sealed class BatchOrder
{
    private readonly IReadOnlyList<int> lengths;
    private readonly int batchSize;
    private readonly int window;
    private readonly ulong seed;
    private (long Epoch, int[][] Steps) current = (-1, []);

    /// <param name="lengths">A length for each example; only their order matters.</param>
    /// <param name="batchSize">Examples an optimizer step.</param>
    /// <param name="window">Steps whose examples are grouped by length; 1 keeps the plain shuffle.</param>
    /// <param name="seed">Keys the shuffles.</param>
    public BatchOrder(IReadOnlyList<int> lengths, int batchSize, int window, ulong seed)
    {
        this.lengths = lengths;
        this.batchSize = batchSize;
        this.window = window;
        this.seed = seed;
    }

    /// <summary>Optimizer steps an epoch; the last may be smaller.</summary>
    public long StepsPerEpoch => (lengths.Count + batchSize - 1) / batchSize;

    /// <summary>The examples of a step.</summary>
    public int[] At(long step)
    {
        var epoch = step / StepsPerEpoch;
        if (current.Epoch != epoch)
        {
            current = (epoch, Shuffled((ulong)epoch));
        }

        return current.Steps[step % StepsPerEpoch];
    }

    private int[][] Shuffled(ulong epoch)
    {
        var order = Enumerable.Range(0, lengths.Count).ToArray();
        CounterRandom.Shuffle<int>(order, seed, epoch);
        var steps = new List<int[]>();
        foreach (var part in order.Chunk(batchSize * window))
        {
            var grouped = window == 1 ? part : [.. part.OrderBy(i => lengths[i])];
            var chunks = grouped.Chunk(batchSize).ToArray();
            if (window > 1)
            {
                CounterRandom.Shuffle<int[]>(chunks, seed, epoch, (ulong)steps.Count);
            }

            steps.AddRange(chunks);
        }

        return [.. steps];
    }
}
