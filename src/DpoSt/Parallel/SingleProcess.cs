using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>A group of one: its own sum, and nobody to wait for.</summary>
public sealed class SingleProcess : IProcessGroup
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public void AllReduce(Tensor tensor)
    {
    }

    /// <inheritdoc/>
    public IPendingReduction BeginAllReduce(Tensor tensor) => new Done();

    /// <inheritdoc/>
    public void ReduceScatter(Tensor whole, Tensor part) => part.copy_(whole);

    /// <inheritdoc/>
    public void AllGather(Tensor part, Tensor whole) => whole.copy_(part);

    /// <inheritdoc/>
    public void Broadcast(Tensor tensor, int root)
    {
    }

    /// <inheritdoc/>
    public void Barrier()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Done : IPendingReduction
    {
        public void Advance()
        {
        }

        public void Wait()
        {
        }
    }
}
