namespace DpoSt.Training;

/// <summary>Which examples each optimizer step takes: a pure function of the step, so that a run resumes anywhere. Every epoch is a new
/// shuffle; within windows of some steps examples of like length are put together, and the steps of a window are shuffled again, so that
/// little is computed on padding and the order stays random. Prompts and completions are padded apart: a window is sorted by completions,
/// and stretches of it by prompts, so that a micro-batch is narrow in both.</summary>
/// <param name="microBatch">Examples that are computed, and padded, together.</param>
/// <param name="window">Steps whose examples are grouped by length; 1 keeps the plain shuffle.</param>
internal sealed class BatchOrder(IReadOnlyList<(int Prompt, int Completion)> lengths, int batchSize, int microBatch, int window, ulong seed)
{
    private (long Epoch, int[][] Steps) current = (-1, []);

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
        foreach (var part in order.Chunk((int)Math.Min((long)batchSize * window, order.Length)))
        {
            var chunks = (window == 1 ? part : Grouped(part)).Chunk(batchSize).ToArray();
            if (window > 1)
            {
                CounterRandom.Shuffle<int[]>(chunks, seed, epoch, (ulong)steps.Count);
            }

            steps.AddRange(chunks);
        }

        return [.. steps];
    }

    // As many stretches as each has micro-batches; every other one backwards, so that one which spans two of them is narrow too.
    private int[] Grouped(int[] part)
    {
        var stretch = microBatch * (int)Math.Ceiling(Math.Sqrt(part.Length / (double)microBatch));
        return [
            .. part.OrderBy(i => lengths[i].Completion).Chunk(stretch)
                .SelectMany((examples, n) => examples.OrderBy(i => n % 2 == 0 ? lengths[i].Prompt : -lengths[i].Prompt))
        ];
    }
}
