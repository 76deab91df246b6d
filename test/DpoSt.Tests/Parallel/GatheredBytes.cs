using DpoSt.Models;
using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;
using DpoSt.Parallel;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>
/// Counts the bytes of weights and gradients that a rank holds beyond its shards, whenever it may hold most, from the tensors themselves.
/// </summary>
internal sealed class GatheredBytes(IProcessGroup group, ParameterSet parameters) : IProcessGroup, IBlockWatcher
{
    private IBlockWatcher? follower;

    private long peak;
    private long travelled;
    private long onTheirWay;
    private int gathers;
    private int waited;                                                           // for what was begun only when it was needed
    private string? entered;
    private long gradients;                                                        // off the parameters, not yet divided

    public int Rank => group.Rank;

    public int Size => group.Size;

    /// <summary>Looks on whenever a block is entered and left.</summary>
    public void Follow() => (follower, parameters.Watcher) = (parameters.Watcher, this);

    /// <summary>
    /// What this rank keeps is what the plan says, and its part; what it held besides is no more than two of the largest blocks, and
    /// what travelled is the plan's too.
    /// </summary>
    /// <param name="model">The model's costs.</param>
    /// <param name="microBatches">How many there were since <see cref="Follow"/>; null where there were other passes, too.</param>
    public void Check(IModelCosts model, int? microBatches)
    {
        using var optimizer = new AdamW(parameters, new AdamWOptions());
        var element = parameters.Buffers[0].Values.element_size();
        var planned = TrainingMemory.Of(
            model, BatchShape.Uniform(1, 1, 1), new TrainingCompute(RecomputesBlocks: true, Shard: parameters.Shard), dropout: false);
        var state = optimizer.State.Sum(t => Bytes(t.Values)) + parameters.Buffers.Sum(b => Bytes(b.Gradients!));
        Assert.Equal(planned.State * element / sizeof(float), state);
        Assert.True(Size < 4
            || state < 0.3 * 4 * element * parameters.Count, $"rank {Rank} of {Size} keeps {state} bytes of {parameters.Count} parameters");

        var largest = parameters.Buffers.GroupBy(b => b.Block).Max(block => block.Sum(b => Size * Bytes(b.Values)));
        Assert.Equal(2 * largest, planned.Gathered * element / sizeof(float));
        Assert.InRange(peak, 1, 2 * largest);

        // The first pass does not know what comes next, and every pass begins with a block that nobody computed before.
        Assert.True(microBatches is null
            || waited <= gathers / microBatches + microBatches, $"{waited} of {gathers} gathers began only when they were needed");
        Assert.Equal(microBatches * RankTraffic.Gathered(model, Size) * element / sizeof(float) ?? travelled, travelled);
    }

    public void Entered(string block, bool isDifferentiable)
    {
        entered = block;
        follower!.Entered(block, isDifferentiable);
        entered = null;
        Count();
    }

    public void Completed(string block)
    {
        Count();
        gradients = Gradients();
        follower!.Completed(block);
        gradients = 0;
    }

    public IPendingTransfer BeginAllGather(Tensor part, Tensor whole)
    {
        var block = parameters.Buffers.FirstOrDefault(b => ReferenceEquals(b.Values, part))?.Block;
        (gathers, waited) = (gathers + 1, waited + (block is not null && block == entered ? 1 : 0));
        onTheirWay += Bytes(whole);
        Count();
        travelled += Bytes(whole);
        return new Arrival(group.BeginAllGather(part, whole), () => onTheirWay -= Bytes(whole));
    }

    // The few pieces that arrive at a time are not counted: they do not grow with the model.
    public void ReduceScatter(Tensor whole, Tensor part)
    {
        gradients = Math.Max(gradients, Bytes(whole));
        Count();
        travelled += Bytes(whole);
        group.ReduceScatter(whole, part);
        gradients -= Bytes(whole);
    }

    public IPendingTransfer BeginAllReduce(Tensor tensor) => group.BeginAllReduce(tensor);

    public void Broadcast(Tensor tensor, int root)
    {
        Count(tensor);
        group.Broadcast(tensor, root);
    }

    public void Barrier() => group.Barrier();

    public void Dispose()
    {
    }

    private long Gradients()
    {
        using var scope = NewDisposeScope();
        return parameters.Buffers.SelectMany(b => b.Views).Select(v => v.grad).OfType<Tensor>().Sum(Bytes);
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();

    // A parameter that is not shown is one number, spread over its shape.
    private void Count(params Tensor[] besides)
    {
        using var scope = NewDisposeScope();
        var views = parameters.Buffers.SelectMany(b => b.Views).ToArray();
        peak = Math.Max(
            peak, onTheirWay + gradients + besides.Sum(Bytes) + views.Where(v => v.stride().Any(s => s != 0)).Sum(Bytes) + Gradients());
    }

    /// <summary>From here on the parameters show what has arrived.</summary>
    private sealed class Arrival(IPendingTransfer transfer, Action shown) : IPendingTransfer
    {
        private Action? shown = shown;

        public void Advance() => transfer.Advance();

        public void Wait()
        {
            transfer.Wait();
            shown?.Invoke();
            shown = null;
        }
    }
}
