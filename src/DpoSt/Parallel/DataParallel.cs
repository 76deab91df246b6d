using DpoSt.Models.Parameters;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>Data parallel training: every rank holds the whole model and computes its share of each batch, and gradients are summed. A flat
/// buffer is a bucket. Buckets are summed in one order on every rank, the model's from back to front, and each as soon as the backward pass
/// has left its block.</summary>
internal sealed class DataParallel : IReplicas, IBlockWatcher
{
    private readonly IProcessGroup group;
    private readonly FlatBuffer[] order;
    private readonly List<IPendingTransfer> pending = [];
    private bool isOpen;
    private int begun;

    public DataParallel(IProcessGroup group, ParameterSet parameters)
    {
        this.group = group;
        // Parameters that other blocks use too are complete only at the end.
        order = [.. parameters.Buffers.Reverse().OrderBy(buffer => buffer.IsShared)];
        parameters.Watcher = this;
    }

    public int Rank => group.Rank;
    public int Count => group.Size;
    public bool IsSharded => false;
    public double[] Sum(double[] numbers) => group.Sum(numbers);

    // Every gradient is everywhere.
    public double Norm(double own) => own;

    public void Spread(Tensor whole, Tensor part)
    {
        if (Rank == 0)
        {
            part.copy_(whole);
        }

        group.Broadcast(part, 0);
    }

    public void Collect(IReadOnlyList<(Tensor Part, long Count)> tensors, Action<Func<int, Tensor>> read)
    {
        if (Rank == 0)
        {
            read(i => tensors[i].Part);
        }
    }

    public void BeginReduction() => isOpen = true;
    public void EndPass() { }
    public void Entered(string block, bool isDifferentiable) { }

    public void Completed(string block)
    {
        if (isOpen)
        {
            BeginUpTo(Array.FindLastIndex(order, buffer => buffer.Block == block && !buffer.IsShared) + 1);
        }
    }

    public void EndReduction()
    {
        BeginUpTo(order.Length);
        foreach (var sum in pending)
        {
            sum.Wait();
        }

        pending.Clear();
        (isOpen, begun) = (false, 0);
    }

    private void BeginUpTo(int end)
    {
        for (; begun < end; begun++)
        {
            pending.Add(group.BeginAllReduce(order[begun].Gradients!));
        }

        // Nothing moves between ranks unless somebody asks for it.
        pending.ForEach(sum => sum.Advance());
    }
}
