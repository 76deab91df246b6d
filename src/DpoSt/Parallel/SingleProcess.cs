using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>A group of one: its own sum, and nobody to wait for.</summary>
internal sealed class SingleProcess : IProcessGroup
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public IPendingTransfer BeginAllReduce(Tensor tensor) => NothingPending.Instance;

    /// <inheritdoc/>
    public void ReduceScatter(Tensor whole, Tensor part) => part.copy_(whole);

    /// <inheritdoc/>
    public IPendingTransfer BeginAllGather(Tensor part, Tensor whole)
    {
        ArgumentNullException.ThrowIfNull(whole);
        whole.copy_(part);
        return NothingPending.Instance;
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor tensor, int root) { }

    /// <inheritdoc/>
    public void Barrier() { }

    /// <inheritdoc/>
    public void Dispose() { }
}
