using DpoSt.Parallel;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>One of several ranks that never meets the others: keeps what it would send, and the order of its calls.</summary>
internal sealed class RecordingGroup(int rank, int size) : IProcessGroup
{
    public List<Tensor> Begun { get; } = [];

    public int Rank => rank;

    public int Size => size;

    public IPendingTransfer BeginAllReduce(Tensor tensor)
    {
        Begun.Add(tensor.clone().DetachFromDisposeScope());
        return NothingPending.Instance;
    }

    public void ReduceScatter(Tensor whole, Tensor part) => throw new NotSupportedException();

    public IPendingTransfer BeginAllGather(Tensor part, Tensor whole) => throw new NotSupportedException();

    public void Broadcast(Tensor tensor, int root)
    {
    }

    public void Barrier()
    {
    }

    public void Dispose() => Begun.ForEach(t => t.Dispose());
}
