using System.Diagnostics;
using System.Runtime.CompilerServices;
using DpoSt.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>
/// The ranks that one mpirun (or srun) has started. All travels in pieces of 4 MB, several at a time: Open MPI only moves when it is asked how far it is, and then a little
/// of each message. Its own gathering and dividing of sums take ten times as long so (docs/experiments.md).
/// </summary>
internal sealed unsafe class OpenMpiGroup : IProcessGroup
{
    private const long Piece = 4 << 20;

    private OpenMpiGroup(int rank, int size) => (Rank, Size) = (rank, size);

    public int Rank { get; }

    public int Size { get; }

    /// <summary>Joins the job that started this process.</summary>
    /// <exception cref="UserErrorException">Open MPI is not installed.</exception>
    public static OpenMpiGroup Join()
    {
        OpenMpi.Start();
        int rank, size;
        OpenMpi.Check(OpenMpi.CommRank(OpenMpi.World, &rank), "MPI_Comm_rank");
        OpenMpi.Check(OpenMpi.CommSize(OpenMpi.World, &size), "MPI_Comm_size");
        return new OpenMpiGroup(rank, size);
    }

    public void AllReduce(Tensor tensor) => BeginAllReduce(tensor).Wait();

    public IPendingReduction BeginAllReduce(Tensor tensor)
    {
        var type = OpenMpi.TypeOf(tensor.dtype);
        return InPieces(tensor, "MPI_Iallreduce", (data, _, count, request) => OpenMpi.AllReduce(OpenMpi.InPlace, data, count, type, OpenMpi.Sum, OpenMpi.World, request));
    }

    public void ReduceScatter(Tensor whole, Tensor part)
    {
        CheckParts(whole, part);
        using var scope = NewDisposeScope();
        var (type, n) = (OpenMpi.TypeOf(part.dtype), checked((int)part.numel()));
        var found = empty([Size, n], dtype: part.dtype);
        var (from, to, piece) = (DataOf(whole), DataOf(found), (int)(Piece / part.element_size()));
        var requests = new List<nint>();
        var tables = new List<int[]>();
        for (var start = 0; start < n; start += piece)
        {
            // They are read until the request is done.
            var counts = GC.AllocateArray<int>(Size, pinned: true);
            var places = GC.AllocateArray<int>(Size, pinned: true);
            for (var rank = 0; rank < Size; rank++)
            {
                (counts[rank], places[rank]) = (Math.Min(piece, n - start), checked(rank * n + start));
            }

            nint request;
            var count = (int*)Unsafe.AsPointer(ref counts[0]);
            var place = (int*)Unsafe.AsPointer(ref places[0]);
            OpenMpi.Check(OpenMpi.AllToAll(from, count, place, type, to, count, place, type, OpenMpi.World, &request), "MPI_Ialltoallv");
            requests.Add(request);
            tables.AddRange([counts, places]);
        }

        new Pending(requests, whole, found).Wait();
        GC.KeepAlive(tables);
        part.copy_(found.sum([0L]));
    }

    public void AllGather(Tensor part, Tensor whole)
    {
        CheckParts(whole, part);
        var (type, n) = (OpenMpi.TypeOf(part.dtype), part.numel());
        using (var mine = whole.view(-1).narrow(0, Rank * n, n))
        {
            mine.copy_(part.view(-1));
        }

        InPieces(whole, "MPI_Ibcast", (data, offset, count, request) => OpenMpi.Broadcast(data, count, type, (int)(offset / n), OpenMpi.World, request), n).Wait();
    }

    public void Broadcast(Tensor tensor, int root)
    {
        var type = OpenMpi.TypeOf(tensor.dtype);
        InPieces(tensor, "MPI_Ibcast", (data, _, count, request) => OpenMpi.Broadcast(data, count, type, root, OpenMpi.World, request)).Wait();
    }

    public void Barrier()
    {
        nint request;
        OpenMpi.Check(OpenMpi.Barrier(OpenMpi.World, &request), "MPI_Ibarrier");
        new Pending([request]).Wait();
    }

    /// <summary>Leaves the job, once every rank wants to.</summary>
    public void Dispose() => OpenMpi.Check(OpenMpi.Finalise(), "MPI_Finalize");

    private delegate int Begin(nint data, long offset, int count, nint* request);

    // No piece holds numbers of two parts, where there are parts of a length.
    private static Pending InPieces(Tensor tensor, string call, Begin begin, long? part = null)
    {
        var (data, size, length) = (DataOf(tensor), tensor.element_size(), part ?? tensor.numel());
        var requests = new List<nint>();
        for (var start = 0L; start < tensor.numel();)
        {
            nint request;
            var count = (int)Math.Min(Piece / size, length - start % length);
            OpenMpi.Check(begin((nint)(data + start * size), start, count, &request), call);
            requests.Add(request);
            start += count;
        }

        return new Pending(requests, tensor);
    }

    private static nint DataOf(Tensor tensor) => tensor.device_type == DeviceType.CPU && tensor.is_contiguous()
        ? Aten.DataPointer(tensor)
        : throw new ArgumentException("only contiguous tensors on the CPU travel between ranks", nameof(tensor));

    private void CheckParts(Tensor whole, Tensor part)
    {
        if (whole.numel() != Size * part.numel() || whole.dtype != part.dtype)
        {
            throw new ArgumentException($"{Size} parts of {part.numel()} numbers ({part.dtype}) do not make {whole.numel()} ({whole.dtype})", nameof(part));
        }
    }

    /// <summary>What is on its way; keeps the tensors alive that it reads and writes.</summary>
    private sealed class Pending(List<nint> requests, params Tensor[] tensors) : IPendingReduction
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);
        private int done;

        public void Advance() => IsDone();

        // Gives the processor away at once, and after a while sleeps: a rank with more work may need it.
        public void Wait()
        {
            var started = Stopwatch.GetTimestamp();
            while (!IsDone())
            {
                Thread.Sleep(Stopwatch.GetElapsedTime(started) < Patience ? 0 : 1);
            }

            GC.KeepAlive(tensors);
        }

        private bool IsDone()
        {
            for (; done < requests.Count; done++)
            {
                int flag;
                var request = requests[done];
                OpenMpi.Check(OpenMpi.Test(&request, &flag, 0), "MPI_Test");
                if (flag == 0)
                {
                    return false;
                }
            }

            return true;
        }
    }
}
