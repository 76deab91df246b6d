using DpoSt.Models;
using DpoSt.Parallel;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>Counts the bytes of weights and gradients that a rank holds beyond its shards, whenever it may hold most, from the tensors themselves.</summary>
internal sealed class GatheredBytes(IProcessGroup group, ParameterSet parameters) : IProcessGroup, IBlockWatcher
{
    private IBlockWatcher? follower;

    private long peak;
    private long travelled;

    public int Rank => group.Rank;

    public int Size => group.Size;

    /// <summary>Looks on whenever a block is entered and left.</summary>
    public void Follow() => (follower, parameters.Watcher) = (parameters.Watcher, this);

    /// <summary>What this rank keeps is what the plan says, and its part; what it held besides is no more than two of the largest blocks, and what travelled is the plan's too.</summary>
    /// <param name="model">The model's costs.</param>
    /// <param name="microBatches">How many there were since <see cref="Follow"/>; null where there were other passes, too.</param>
    public void Check(IModelCosts model, int? microBatches)
    {
        using var optimizer = new AdamW(parameters, new AdamWOptions());
        var element = parameters.Buffers[0].Values.element_size();
        var planned = TrainingMemory.Of(model, BatchShape.Uniform(1, 1, 1), new TrainingCompute(RecomputesBlocks: true, Shard: parameters.Shard), dropout: false);
        var state = optimizer.State.Sum(t => Bytes(t.Values)) + parameters.Buffers.Sum(b => Bytes(b.Gradients!));
        Assert.Equal(planned.State * element / sizeof(float), state);
        Assert.True(Size < 4 || state < 0.3 * 4 * element * parameters.Count, $"rank {Rank} of {Size} keeps {state} bytes of {parameters.Count} parameters");

        var largest = parameters.Buffers.GroupBy(b => b.Block).Max(block => block.Sum(b => Size * Bytes(b.Values)));
        Assert.Equal(2 * largest, planned.Gathered * element / sizeof(float));
        Assert.InRange(peak, 1, 2 * largest);
        Assert.Equal(microBatches * RankTraffic.Gathered(model, Size) * element / sizeof(float) ?? travelled, travelled);
    }

    public void Entered(string block, bool isDifferentiable)
    {
        follower!.Entered(block, isDifferentiable);
        Count();
    }

    public void Completed(string block)
    {
        Count();
        follower!.Completed(block);
    }

    public void AllGather(Tensor part, Tensor whole)
    {
        Count(whole);
        travelled += Bytes(whole);
        group.AllGather(part, whole);
    }

    public void ReduceScatter(Tensor whole, Tensor part)
    {
        Count(whole, whole);                                                        // as much arrives as is sent
        travelled += Bytes(whole);
        group.ReduceScatter(whole, part);
    }

    public void AllReduce(Tensor tensor) => group.AllReduce(tensor);

    public IPendingReduction BeginAllReduce(Tensor tensor) => group.BeginAllReduce(tensor);

    public void Broadcast(Tensor tensor, int root)
    {
        Count(tensor);
        group.Broadcast(tensor, root);
    }

    public void Barrier() => group.Barrier();

    public void Dispose()
    {
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();

    // A parameter that is not shown is one number, spread over its shape.
    private void Count(params Tensor[] besides)
    {
        using var scope = NewDisposeScope();
        var views = parameters.Buffers.SelectMany(b => b.Views).ToArray();
        peak = Math.Max(peak, besides.Sum(Bytes) + views.Where(v => v.stride().Any(s => s != 0)).Sum(Bytes) + views.Select(v => v.grad).OfType<Tensor>().Sum(Bytes));
    }
}
