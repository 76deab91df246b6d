using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>Processes that work together. Every one of them calls the same methods in the same order, with tensors of the same shapes:
/// contiguous, on the CPU in fp32 or fp64, on a GPU in bf16 too (whole numbers and bytes where nothing is summed).</summary>
internal interface IProcessGroup : IDisposable
{
    /// <summary>Which of them this one is; the first is 0.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Size { get; }

    /// <summary>The sum over all ranks takes the tensor's place: the same bits on each.</summary>
    void AllReduce(Tensor tensor) => BeginAllReduce(tensor).Wait();

    /// <summary>Begins the same. Until the result is waited for, the tensor belongs to the group.</summary>
    IPendingTransfer BeginAllReduce(Tensor tensor);

    /// <summary>Sums <paramref name="whole"/> [size * n] over all ranks and gives each its part [n]; the whole stays.</summary>
    void ReduceScatter(Tensor whole, Tensor part);

    /// <summary>Puts every rank's part [n] one after the other: <paramref name="whole"/> [size * n].</summary>
    void AllGather(Tensor part, Tensor whole) => BeginAllGather(part, whole).Wait();

    /// <summary>Begins the same. Until the result is waited for, both tensors belong to the group.</summary>
    IPendingTransfer BeginAllGather(Tensor part, Tensor whole);

    /// <summary>The values of the rank <paramref name="root"/> take the place of the others'.</summary>
    void Broadcast(Tensor tensor, int root);

    /// <summary>Waits until every rank is here.</summary>
    void Barrier();
}

/// <summary>What is on its way between ranks.</summary>
internal interface IPendingTransfer
{
    /// <summary>Moves it on, without waiting.</summary>
    void Advance();

    /// <summary>Waits until it is there.</summary>
    void Wait();
}
