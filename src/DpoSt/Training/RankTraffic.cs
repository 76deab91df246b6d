using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;

namespace DpoSt.Training;

/// <summary>What crosses the network in training, in bytes.</summary>
internal static class RankTraffic
{
    /// <summary>What each rank sends and receives in a step where all hold the whole model: sums are reduced, then gathered.</summary>
    public static long Whole(IModelCosts model, int ranks) => OnRing(2 * sizeof(float) * model.Specs.Sum(s => s.Count), ranks);

    /// <summary>The same where each keeps a shard.</summary>
    public static long Sharded(IModelCosts model, int ranks, int microBatches) => OnRing(microBatches * Gathered(model, ranks), ranks);

    /// <summary>The whole tensors that are gathered, or summed and divided, in a micro-batch.</summary>
    public static long Gathered(IModelCosts model, int ranks)
    {
        var shard = new ParameterShard(0, ranks);
        var buffers = model.Specs.GroupBy(s => (s.Block, s.Decay)).ToArray();
        // Layers hold matrices and norms; what is one of the two is the embedding, the head or a final norm.
        var layers = buffers.GroupBy(b => b.Key.Block, StringComparer.Ordinal)
            .Where(block => block.Count() > 1)
            .Select(block => block.Key)
            .ToHashSet(StringComparer.Ordinal);
        return sizeof(float) * buffers.Sum(b => ranks * shard.LengthOf(b.Sum(s => s.Count)) * Times(b.Key.Block, b.Any(s => s.IsShared)));

        // A layer's values forward and backward, its gradients, and those that come late. All else's values as often as it is used, its
        // gradients once: those of lookups come in together at the end of the pass, and before them those of a head that is the embedding.
        int Times(string block, bool isShared) =>
            layers.Contains(block) ? 2 + (isShared ? 2 : 1)
            : !isShared ? 2
            : IsTied(model) ? model.Lookups + 1 + 2
            : model.Lookups + 1;
    }

    // The head is what neither norms nor layers nor the embedding are.
    private static bool IsTied(IModelCosts model) =>
        model.Specs.GroupBy(s => s.Block, StringComparer.Ordinal).All(block => block.Count() > 1 || block.Any(s => s.IsShared || !s.Decay));

    // Each rank passes all parts but its own on.
    private static long OnRing(long bytes, int ranks) => bytes / ranks * (ranks - 1);
}
