using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>Ranks with a GPU each: their tensors travel by NCCL, on the stream they are computed on, so that nothing is waited for before
/// somebody looks at a result; tensors on the CPU travel as they do without GPUs.</summary>
internal sealed class NcclGroup : IProcessGroup
{
    private readonly IProcessGroup host;
    private readonly Nccl nccl;
    private readonly DeviceType device;
    private readonly nint communicator;

    /// <summary>Joins the ranks of a group that connects their processors.</summary>
    /// <param name="host">Carries tensors on the CPU; left with this group.</param>
    /// <param name="device">Where the tensors are that NCCL carries.</param>
    public unsafe NcclGroup(IProcessGroup host, Nccl nccl, DeviceType device)
    {
        (this.host, this.nccl, this.device) = (host, nccl, device);
        // An id of nobody from all but the first.
        var id = host.Rank == 0 ? nccl.NewUniqueId() : default;
        using var told = Aten.FromMemory((nint)id.Bytes, [sizeof(Nccl.UniqueId)], ScalarType.Byte);
        host.Broadcast(told, 0);
        communicator = nccl.Join(id, host.Rank, host.Size);
    }

    public int Rank => host.Rank;
    public int Size => host.Size;

    public IPendingTransfer BeginAllReduce(Tensor tensor)
    {
        if (!IsHere(tensor))
        {
            return host.BeginAllReduce(tensor);
        }

        nccl.AllReduce(DataOf(tensor), tensor.numel(), tensor.dtype, communicator, StreamOf(tensor));
        return NothingPending.Instance;
    }

    public void ReduceScatter(Tensor whole, Tensor part)
    {
        if (!IsHere(part))
        {
            host.ReduceScatter(whole, part);
            return;
        }

        part.CheckIsPartOf(whole, Size);
        nccl.ReduceScatter(DataOf(whole), DataOf(part), part.numel(), part.dtype, communicator, StreamOf(part));
    }

    public IPendingTransfer BeginAllGather(Tensor part, Tensor whole)
    {
        if (!IsHere(part))
        {
            return host.BeginAllGather(part, whole);
        }

        part.CheckIsPartOf(whole, Size);
        nccl.AllGather(DataOf(part), DataOf(whole), part.numel(), part.dtype, communicator, StreamOf(part));
        return NothingPending.Instance;
    }

    public void Broadcast(Tensor tensor, int root)
    {
        if (!IsHere(tensor))
        {
            host.Broadcast(tensor, root);
            return;
        }

        nccl.Broadcast(DataOf(tensor), tensor.numel(), tensor.dtype, root, communicator, StreamOf(tensor));
    }

    public void Barrier() => host.Barrier();

    /// <summary>Leaves both.</summary>
    public void Dispose()
    {
        nccl.Leave(communicator);
        host.Dispose();
    }

    private static nint DataOf(Tensor tensor) =>
        tensor.is_contiguous()
            ? Aten.DataPointer(tensor) : throw new ArgumentException("only contiguous tensors travel between ranks", nameof(tensor));

    private static nint StreamOf(Tensor tensor) => tensor.device_type == DeviceType.CUDA ? CudaStream.Current(tensor.device_index) : 0;
    private bool IsHere(Tensor tensor) => tensor.device_type == device;
}
