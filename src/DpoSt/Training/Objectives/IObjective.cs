using DpoSt.Tensors.Kernels;

namespace DpoSt.Training.Objectives;

/// <summary>What training minimises: a function of a batch.</summary>
internal interface IObjective<TBatch>
    where TBatch : class
{
    /// <summary>The names of <see cref="Cost.Metrics"/>.</summary>
    IReadOnlyList<string> MetricNames { get; }

    /// <summary>What the loss is averaged over: a batch's tokens, or its pairs.</summary>
    double Weight(TBatch batch);

    /// <summary>The tokens of a batch, prompts and completions: what speed is measured in.</summary>
    long Tokens(TBatch batch);

    /// <summary>What of a batch is one replica's to compute, the same whenever it is asked; null where nothing is left for it.</summary>
    TBatch? Share(TBatch batch, int rank, int count);

    /// <summary>The loss of a batch, summed over what <see cref="Weight"/> counts.</summary>
    /// <param name="dropout">Drops activations; null for none.</param>
    /// <param name="gradientScale">The loss's gradients are added to the parameters', multiplied by this; null computes none.</param>
    Cost Evaluate(TBatch batch, Dropout? dropout, double? gradientScale);
}

/// <summary>A batch's loss and what is worth watching.</summary>
/// <param name="Loss">Summed, not averaged.</param>
/// <param name="Metrics">Further sums over the same count, by their literal metric names.</param>
internal sealed record Cost(double Loss, IReadOnlyList<KeyValuePair<string, double>> Metrics);
