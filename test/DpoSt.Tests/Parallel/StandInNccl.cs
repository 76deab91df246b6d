using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DpoSt.Parallel;
using DpoSt.Tensors.Native;
using static TorchSharp.torch;

namespace DpoSt.Tests.Parallel;

/// <summary>
/// Functions with NCCL's names and signatures (nccl.h) that work on memory of the CPU, by Open MPI: what is passed, and in which order, can
/// be tested without GPUs.
/// </summary>
internal static unsafe class StandInNccl
{
    private const int InvalidArgument = 4;
    private static IProcessGroup group = null!;
    private static readonly byte[] Identity = [.. Enumerable.Range(0, 128).Select(i => (byte)(3 * i + 1))];

    /// <summary>The library as one rank of a group sees it.</summary>
    public static Nccl Of(IProcessGroup ranks)
    {
        group = ranks;
        return new Nccl(name => name switch
        {
            "ncclGetErrorString" => (nint)(delegate* unmanaged<int, byte*>)&ErrorString,
            "ncclGetUniqueId" => (nint)(delegate* unmanaged<Nccl.UniqueId*, int>)&GetUniqueId,
            "ncclCommInitRank" => (nint)(delegate* unmanaged<nint*, int, Nccl.UniqueId, int, int>)&CommInitRank,
            "ncclCommDestroy" => (nint)(delegate* unmanaged<nint, int>)&CommDestroy,
            "ncclAllReduce" => (nint)(delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)&AllReduce,
            "ncclReduceScatter" => (nint)(delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)&ReduceScatter,
            "ncclAllGather" => (nint)(delegate* unmanaged<nint, nint, nuint, int, nint, nint, int>)&AllGather,
            "ncclBroadcast" => (nint)(delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)&Broadcast,
            _ => throw new EntryPointNotFoundException(name),
        });
    }

    [UnmanagedCallersOnly]
    private static byte* ErrorString(int code) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference("invalid argument"u8));

    [UnmanagedCallersOnly]
    private static int GetUniqueId(Nccl.UniqueId* id)
    {
        Identity.CopyTo(new Span<byte>(id, 128));
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int CommInitRank(nint* communicator, int size, Nccl.UniqueId id, int rank)
    {
        *communicator = 77;
        return size == group.Size && rank == group.Rank && Identity.AsSpan().SequenceEqual(new Span<byte>(id.Bytes, 128))
            ? 0
            : InvalidArgument;
    }

    [UnmanagedCallersOnly]
    private static int CommDestroy(nint communicator) => communicator == 77 ? 0 : InvalidArgument;

    [UnmanagedCallersOnly]
    private static int AllReduce(nint from, nint to, nuint count, int type, int op, nint communicator, nint stream) =>
        Do(type, op, communicator, dtype =>
    {
        using var sum = Wide(from, (long)count, dtype);
        group.AllReduce(sum);
        Put(sum, to, dtype);
    });

    [UnmanagedCallersOnly]
    private static int ReduceScatter(nint from, nint to, nuint count, int type, int op, nint communicator, nint stream) =>
        Do(type, op, communicator, dtype =>
    {
        using var whole = Wide(from, (long)count * group.Size, dtype);
        using var part = zeros_like(whole.narrow(0, 0, (long)count));
        group.ReduceScatter(whole, part);
        Put(part, to, dtype);
    });

    [UnmanagedCallersOnly]
    private static int AllGather(nint from, nint to, nuint count, int type, nint communicator, nint stream) =>
        Do(type, 0, communicator, dtype =>
    {
        using var part = Wide(from, (long)count, dtype);
        using var whole = zeros([(long)count * group.Size], dtype: part.dtype);
        group.AllGather(part, whole);
        Put(whole, to, dtype);
    });

    [UnmanagedCallersOnly]
    private static int Broadcast(nint from, nint to, nuint count, int type, int root, nint communicator, nint stream) =>
        Do(type, 0, communicator, dtype =>
    {
        using var told = Wide(from, (long)count, dtype);
        group.Broadcast(told, root);
        Put(told, to, dtype);
    });

    private static int Do(int type, int op, nint communicator, Action<ScalarType> work)
    {
        ScalarType? dtype = type switch
        {
            1 => ScalarType.Byte,
            4 => ScalarType.Int64,
            7 => ScalarType.Float32,
            8 => ScalarType.Float64,
            9 => ScalarType.BFloat16,
            _ => null,
        };
        if (dtype is null || op != 0 || communicator != 77)
        {
            return InvalidArgument;
        }

        using var scope = NewDisposeScope();
        work(dtype.Value);
        return 0;
    }

    // Open MPI sums no bf16.
    private static Tensor Wide(nint data, long count, ScalarType dtype) =>
        Aten.FromMemory(data, [count], dtype).to(dtype == ScalarType.BFloat16 ? ScalarType.Float32 : dtype, copy: true);

    private static void Put(Tensor values, nint to, ScalarType dtype) => Aten.FromMemory(to, [values.numel()], dtype).copy_(values);
}
