using DpoSt.Models.Parameters;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>Fully sharded data parallel training (Rajbhandari et al. 2020, ZeRO-3; PyTorch's FSDP): every rank keeps one part of each flat
/// buffer's values, gradients and moments, and computes its share of each batch. A block's values are brought together while the one before
/// it computes and dropped behind it; its gradients are summed and divided among the ranks as soon as the backward pass has left it, while
/// the values of the next come in.</summary>
internal sealed class FullySharded : IReplicas, IBlockWatcher
{
    private readonly IProcessGroup group;
    private readonly ParameterSet parameters;
    private readonly ILookup<string, FlatBuffer> blocks;
    private readonly HashSet<string> kept = new(StringComparer.Ordinal);         // until the backward pass has left them
    private readonly BlockOrder order = new();
    private string? passing;                                                   // shown until another is entered
    private GatheredBlock? next;                                               // on its way
    private bool isTraining;

    public FullySharded(IProcessGroup group, ParameterSet parameters)
    {
        (this.group, this.parameters) = (group, parameters);
        blocks = parameters.Buffers.ToLookup(buffer => buffer.Block, StringComparer.Ordinal);
        parameters.Watcher = this;
    }

    public int Rank => group.Rank;
    public int Count => group.Size;
    public bool IsSharded => true;
    public double[] Sum(double[] numbers) => group.Sum(numbers);
    public double Norm(double own) => Math.Sqrt(group.Sum([own * own])[0]);

    public void Spread(Tensor whole, Tensor part)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var all = part.NewWhole(Count).zero_();
        if (Rank == 0)
        {
            all.narrow(0, 0, whole.numel()).copy_(whole);
        }

        group.Broadcast(all, 0);
        part.copy_(all.narrow(0, Rank * part.numel(), part.numel()));
    }

    // The first rank tells which it needs next, or that it is done, however that came about.
    public void Collect(IReadOnlyList<(Tensor Part, long Count)> tensors, Action<Func<int, Tensor>> read)
    {
        const double done = -1;
        if (Rank == 0)
        {
            try
            {
                read(i =>
                {
                    group.Sum([i]);
                    return Whole(tensors[i].Part).narrow(0, 0, tensors[i].Count);
                });
            }
            finally
            {
                group.Sum([done]);
            }
        }
        else
        {
            while (group.Sum([0])[0] is var i && i != done)
            {
                using var whole = Whole(tensors[(int)i].Part);
            }
        }
    }

    public void BeginReduction() { }

    public void EndPass()
    {
        Drop(ref passing);
        Reduce(null);
        DropNext();
        order.End();
        isTraining = false;
    }

    public void EndReduction() { }

    public void Entered(string block, bool isDifferentiable)
    {
        // Blocks that will be computed again are entered without gradients, but what precedes them is not.
        isTraining |= is_grad_enabled();
        if (passing != block)
        {
            Drop(ref passing);
            if (!kept.Contains(block))
            {
                Show(block);
            }
        }

        if (isDifferentiable)
        {
            kept.Add(block);
            passing = null;
        }
        else if (!kept.Contains(block))
        {
            passing = block;
        }

        Prefetch(isTraining ? order.Pass(block, enters: true) : null);
    }

    public void Completed(string block)
    {
        kept.Remove(block);
        Hide(block);
        Reduce(order.Pass(block, enters: false));
    }

    private void Drop(ref string? block)
    {
        if (block is not null)
        {
            Hide(block);
            block = null;
        }
    }

    private void Show(string block)
    {
        if (next?.Block != block)
        {
            DropNext();
            next = new GatheredBlock(group, block, blocks[block]);
        }

        next.Show();
        next = null;
    }

    private void Hide(string block)
    {
        foreach (var buffer in blocks[block])
        {
            buffer.Show(null);
        }
    }

    // What is shown already need not come again.
    private void Prefetch(string? block)
    {
        if (block is not null && block != passing && !kept.Contains(block))
        {
            DropNext();
            next = new GatheredBlock(group, block, blocks[block]);
        }
    }

    private void DropNext()
    {
        next?.Drop();
        next = null;
    }

    private Tensor Whole(Tensor part)
    {
        var whole = part.NewWhole(Count);
        group.AllGather(part, whole);
        return whole;
    }

    // Those of the block that is done, and of what others use too as far as they have come in: the same on every rank, for all compute the
    // same graph. They leave the parameters before values of another block begin to come, so that memory never holds a third block.
    private void Reduce(string? upcoming)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var taken = parameters.Buffers.Where(buffer => buffer.HasGradients).Select(buffer => (buffer, Gradients: buffer.TakeGradients()))
            .ToArray();
        Prefetch(upcoming);
        foreach (var (buffer, gradients) in taken)
        {
            using var sum = empty_like(buffer.Gradients!);
            group.ReduceScatter(gradients, sum);
            buffer.Gradients!.add_(sum);
            gradients.Dispose();
        }
    }
}
