using DpoSt.Models;
using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;

namespace DpoSt.Training;

/// <summary>The bytes that training a model holds at its peak, from shapes alone. Parameters, gradients and moments are exact; what a
/// micro-batch keeps for its backward pass is counted tensor by tensor for the CPU's kernels (those of a GPU keep more); what the backward
/// pass works with is its largest steps, from above; what the allocator holds back is a rule of thumb. The program itself (0.3 GB) comes on
/// top.</summary>
/// <param name="Weights">fp32, also where products are in bf16.</param>
/// <param name="Gradients">fp32.</param>
/// <param name="Optimizer">AdamW's two moments, fp32.</param>
/// <param name="Activations">Kept by a forward pass for the backward pass: for its whole micro-batch.</param>
/// <param name="Working">In the backward pass too: a chunk of logits with its gradient, or a block computed again; what a product turns
/// round; a weight's gradient and that of the scored states.</param>
/// <param name="Gathered">Where a process keeps shards, two of the largest blocks: one with gradients, or one and the next.</param>
internal sealed record TrainingMemory(long Weights, long Gradients, long Optimizer, long Activations, long Working, long Gathered = 0)
{
    /// <summary>What one process holds from the first step to the last, whatever the batch.</summary>
    public long State => Weights + Gradients + Optimizer;

    /// <summary>What the C library keeps of memory that is free again, in holes that batches of other lengths have left: half of the
    /// activations and twice the work, which is from 3 % less to 13 % more at the peak than runs with rows of many lengths were seen to
    /// hold (docs/experiments.md).</summary>
    public long Allocator => Activations / 2 + 2 * Working;

    /// <summary>All together.</summary>
    public long Peak => State + Gathered + Activations + Working + Allocator;

    /// <summary>What training a model on micro-batches like this one holds.</summary>
    internal static TrainingMemory Of(IModelCosts model, BatchShape batch, TrainingCompute compute, bool dropout)
    {
        var shard = compute.Shard ?? ParameterShard.Whole;
        var trained = StateOf(model.Specs, shard) / 4;
        var forward = model.Forward(batch, compute.Bf16, dropout);
        var largest = Math.Max(Head(forward.Head, compute), forward.Blocks.Max(b => Block(b, compute)));
        // The product that gives it turns both of its factors round, and makes a copy of each.
        var gradient = 2 * model.Specs.Max(s => s.Count) * (compute.Bf16 ? sizeof(float) + 2 : sizeof(float));
        var scored = forward.Head.Scored * forward.Head.Width * sizeof(float);
        var wholeBlock = model.Specs.GroupBy(s => s.Block, StringComparer.Ordinal)
            .Max(block => shard.Count * StateOf([.. block], shard) / 4);
        return new TrainingMemory(
            trained + model.FrozenBytes, Gradients: trained, Optimizer: 2 * trained, Kept(forward, compute),
            Working: largest + gradient + scored,
            Gathered: shard.Count > 1 ? 2 * wholeBlock : 0);
    }

    /// <summary>Weights, gradients and both moments of these parameters, in bytes, as far as they are kept by one process.</summary>
    internal static long StateOf(IReadOnlyList<ParameterSpec> specs, ParameterShard shard) =>
        4 * sizeof(float) * specs.GroupBy(s => (s.Block, s.Decay)).Sum(buffer => shard.LengthOf(buffer.Sum(s => s.Count)));

    /// <summary>Floating point operations over a micro-batch: forward, the same backward and once more where weights are trained, and
    /// blocks computed again.</summary>
    internal static double Flops(ForwardCosts forward, TrainingCompute compute) =>
        2 * forward.Flops + forward.TrainedFlops + (compute.RecomputesBlocks ? forward.BlockFlops : 0);

    // With the scored states and their places.
    private static long Kept(ForwardCosts forward, TrainingCompute compute) =>
        forward.AroundBytes
        + forward.Blocks.Sum(b => b.Count * (compute.RecomputesBlocks ? b.InputBytes : b.KeptBytes))
        + forward.Head.Scored * (sizeof(long) + sizeof(float) * forward.Head.Width);

    // A chunk of logits, its gradient, and that turned round; in bf16 the rounded weight.
    private static long Head(HeadCosts head, TrainingCompute compute)
    {
        var logits = CostUnits.ProductBytes(compute.Bf16) * Math.Min(
            head.Scored, CompletionScores.ChunkRows(head.Vocabulary, compute.Bf16)) * head.Vocabulary;
        return 3 * logits + (compute.Bf16 ? 2 * head.Vocabulary * head.Width : 0);
    }

    private static long Block(BlockCosts block, TrainingCompute compute) =>
        3 * block.WidestBytes + (compute.RecomputesBlocks ? block.KeptBytes - block.InputBytes : 0);
}
