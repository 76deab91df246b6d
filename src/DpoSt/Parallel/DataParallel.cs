using DpoSt.Models;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>
/// Data parallel training: every rank holds the whole model and computes its share of each batch, and gradients are summed. A flat buffer is
/// a bucket. Buckets are summed in one order on every rank, the model's from back to front, and each as soon as the backward pass
/// has left its block.
/// </summary>
internal sealed class DataParallel : IReplicas
{
    private readonly IProcessGroup group;
    private readonly FlatBuffer[] order;
    private readonly List<IPendingReduction> pending = [];
    private bool isOpen;
    private int begun;

    private DataParallel(IProcessGroup group, ParameterSet parameters)
    {
        this.group = group;
        // Parameters that other blocks use too are complete only at the end.
        order = [.. parameters.Buffers.Reverse().OrderBy(IsLate)];
        parameters.BlockCompleted = Completed;
    }

    public int Rank => group.Rank;

    public int Count => group.Size;

    /// <summary>The replicas of a model on the ranks of a group; a group of one leaves the model as it is.</summary>
    public static IReplicas Of(IProcessGroup group, ParameterSet parameters) => group.Size == 1 ? new OneReplica() : new DataParallel(group, parameters);

    public double[] Sum(double[] numbers) => group.Sum(numbers);

    public void Broadcast(Tensor tensor) => group.Broadcast(tensor, 0);

    public void BeginReduction() => isOpen = true;

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

    private static bool IsLate(FlatBuffer buffer) => buffer.Specs.Any(s => s.IsShared);

    private void Completed(string block)
    {
        if (isOpen)
        {
            BeginUpTo(Array.FindLastIndex(order, buffer => buffer.Block == block && !IsLate(buffer)) + 1);
        }
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
