using DpoSt.Tensors.Kernels;
using DpoSt.Training.Objectives;

namespace DpoSt.Training;

/// <summary>An objective on one replica's share of every batch.</summary>
internal sealed class ReplicaObjective<TBatch>(IObjective<TBatch> objective, IReplicas replicas) where TBatch : class
{
    /// <summary>What this replica's rows of a batch cost; <see cref="IObjective{TBatch}.Evaluate"/> adds their gradients.</summary>
    public ShareCost Evaluate(TBatch batch, Dropout? dropout, double? gradientScale)
    {
        if (objective.Share(batch, replicas.Rank, replicas.Count) is { } rows)
        {
            return new ShareCost(objective.Evaluate(rows, dropout, gradientScale), objective.Weight(rows), objective.Tokens(rows));
        }

        if (replicas.IsSharded)
        {
            // The others need the weights kept here: this replica computes the first one's rows along with it, and they do not count.
            objective.Evaluate(objective.Share(batch, 0, replicas.Count)!, dropout, gradientScale * 0);
        }

        return new ShareCost(new Cost(0, []), 0, 0);
    }
}

/// <summary>What a replica's share of a batch costs; all zero where it has none.</summary>
/// <param name="Weight">What they are summed over: tokens or pairs.</param>
internal sealed record ShareCost(Cost Cost, double Weight, long Tokens);
