using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>The functions of NCCL that are used here, by the addresses a library exports. Every call only puts work on a stream: what comes
/// before it there it waits for, and what comes behind waits for it.</summary>
internal sealed unsafe class Nccl(Func<string, nint> export)
{
    private const string Library = "libnccl.so.2";
    private const int LeastVersion = 21000;                                 // 2.10: the first with bfloat16
    private const int SumOperator = 0;

    private readonly delegate* unmanaged<int, byte*> errorString = (delegate* unmanaged<int, byte*>)export("ncclGetErrorString");
    private readonly delegate* unmanaged<UniqueId*, int> getUniqueId = (delegate* unmanaged<UniqueId*, int>)export("ncclGetUniqueId");
    private readonly delegate* unmanaged<nint*, int, UniqueId, int, int> commInitRank =
        (delegate* unmanaged<nint*, int, UniqueId, int, int>)export("ncclCommInitRank");
    private readonly delegate* unmanaged<nint, int> commDestroy = (delegate* unmanaged<nint, int>)export("ncclCommDestroy");
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> allReduce =
        (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)export("ncclAllReduce");
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> reduceScatter =
        (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)export("ncclReduceScatter");
    private readonly delegate* unmanaged<nint, nint, nuint, int, nint, nint, int> allGather =
        (delegate* unmanaged<nint, nint, nuint, int, nint, nint, int>)export("ncclAllGather");
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> broadcast =
        (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)export("ncclBroadcast");

    /// <summary>What ranks that belong together have in common: <c>ncclUniqueId</c>, 128 bytes, passed by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct UniqueId
    {
        /// <summary>Its bytes.</summary>
        public fixed byte Bytes[128];
    }

    /// <summary>The system's library, or the one that an installed PyTorch has brought along.</summary>
    /// <exception cref="UserErrorException">There is none, or it is too old.</exception>
    public static Nccl Load()
    {
        if (!NativeLibrary.TryLoad(Library, out var library))
        {
            throw new UserErrorException(
                $"several processes on GPUs need NCCL 2.10 or newer, but {Library} is not there: install libnccl2, "
                + "or add its folder to LD_LIBRARY_PATH.");
        }

        var nccl = new Nccl(name => NativeLibrary.GetExport(library, name));
        int version;
        nccl.Check(((delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "ncclGetVersion"))(&version), "ncclGetVersion");
        return version >= LeastVersion
            ? nccl
            : throw new UserErrorException(
                $"several processes on GPUs need NCCL 2.10 or newer, but {Library} reports version {version}: install a newer libnccl2.");
    }

    /// <summary>A new one, on the rank that tells the others.</summary>
    public UniqueId NewUniqueId()
    {
        UniqueId id;
        Check(getUniqueId(&id), "ncclGetUniqueId");
        return id;
    }

    /// <summary>Joins the ranks of an id, on the current device; waits for all of them.</summary>
    public nint Join(UniqueId id, int rank, int size)
    {
        nint communicator;
        Check(commInitRank(&communicator, size, id, rank), "ncclCommInitRank");
        return communicator;
    }

    /// <summary>Leaves them.</summary>
    public void Leave(nint communicator) => Check(commDestroy(communicator), "ncclCommDestroy");

    /// <summary>Sums <paramref name="count"/> numbers over all ranks, in place.</summary>
    public void AllReduce(nint data, long count, ScalarType dtype, nint communicator, nint stream) =>
        Check(allReduce(data, data, (nuint)count, TypeOf(dtype), SumOperator, communicator, stream), "ncclAllReduce");

    /// <summary>Sums over all ranks and leaves each <paramref name="count"/> numbers of its own.</summary>
    public void ReduceScatter(nint from, nint to, long count, ScalarType dtype, nint communicator, nint stream) =>
        Check(reduceScatter(from, to, (nuint)count, TypeOf(dtype), SumOperator, communicator, stream), "ncclReduceScatter");

    /// <summary>Puts every rank's <paramref name="count"/> numbers one after the other.</summary>
    public void AllGather(nint from, nint to, long count, ScalarType dtype, nint communicator, nint stream) =>
        Check(allGather(from, to, (nuint)count, TypeOf(dtype), communicator, stream), "ncclAllGather");

    /// <summary>Gives all ranks what <paramref name="root"/> has, in place.</summary>
    public void Broadcast(nint data, long count, ScalarType dtype, int root, nint communicator, nint stream) =>
        Check(broadcast(data, data, (nuint)count, TypeOf(dtype), root, communicator, stream), "ncclBroadcast");

    // The numbers of ncclDataType_t.
    private static int TypeOf(ScalarType dtype) => dtype switch
    {
        ScalarType.Byte => 1,
        ScalarType.Int64 => 4,
        ScalarType.Float32 => 7,
        ScalarType.Float64 => 8,
        ScalarType.BFloat16 => 9,
        _ => throw new ArgumentException($"tensors of {dtype} do not travel", nameof(dtype)),
    };

    private void Check(int code, string call)
    {
        if (code != 0)
        {
            throw new InvalidOperationException(
                $"{call} failed: {Marshal.PtrToStringUTF8((nint)errorString(code))} (code {code}; NCCL_DEBUG=INFO says more)");
        }
    }
}
