using System.Diagnostics;
using System.Runtime.CompilerServices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>The ranks that one mpirun (or srun) has started. All travels in pieces of 4 MB, several at a time: Open MPI only moves when it
/// is asked how far it is, and then a little of each message. Its own gathering and dividing of sums take ten times as long so
/// (docs/experiments.md).</summary>
internal sealed unsafe class OpenMpiGroup : IProcessGroup
{
    private const long Piece = 4 << 20;
    private const int PiecesAtOnce = 8;

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

    public IPendingTransfer BeginAllReduce(Tensor tensor)
    {
        var type = OpenMpi.TypeOf(tensor.dtype);
        return InPieces(
            tensor, "MPI_Iallreduce",
            (data, _, count, request) => OpenMpi.AllReduce(OpenMpi.InPlace, data, count, type, OpenMpi.Sum, OpenMpi.World, request));
    }

    // Each rank sends all others their parts of a piece and sums what arrives; few pieces at a time, to need little more memory.
    public void ReduceScatter(Tensor whole, Tensor part)
    {
        part.CheckIsPartOf(whole, Size);
        using var scope = NewDisposeScope();
        var (from, n, piece) = (DataOf(whole), checked((int)part.numel()), (int)(Piece / part.element_size()));
        var (sum, rooms) = (part.view(-1), new List<Arrivals>());
        for (var (start, number) = (0, 0); start < n; start += piece, number++)
        {
            if (rooms.Count < PiecesAtOnce)
            {
                rooms.Add(new Arrivals(Size, Math.Min(piece, n), part.dtype));
            }

            var room = rooms[number % PiecesAtOnce];
            room.AddTo(sum);
            room.Begin(from, n, start, Math.Min(piece, n - start));
        }

        rooms.ForEach(room => room.AddTo(sum));
        GC.KeepAlive(whole);
    }

    public IPendingTransfer BeginAllGather(Tensor part, Tensor whole)
    {
        part.CheckIsPartOf(whole, Size);
        var (type, n) = (OpenMpi.TypeOf(part.dtype), part.numel());
        using (var mine = whole.view(-1).narrow(0, Rank * n, n))
        {
            mine.copy_(part.view(-1));
        }

        return InPieces(
            whole, "MPI_Ibcast",
            (data, offset, count, request) => OpenMpi.Broadcast(data, count, type, (int)(offset / n), OpenMpi.World, request), n);
    }

    public void Broadcast(Tensor tensor, int root)
    {
        var type = OpenMpi.TypeOf(tensor.dtype);
        InPieces(tensor, "MPI_Ibcast", (data, _, count, request) => OpenMpi.Broadcast(data, count, type, root, OpenMpi.World, request))
            .Wait();
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
        ? Aten.DataPointer(tensor) : throw new ArgumentException("only contiguous tensors on the CPU travel between ranks", nameof(tensor));

    /// <summary>Room for what all ranks send of a piece.</summary>
    private sealed class Arrivals(int size, int piece, ScalarType dtype)
    {
        private readonly Tensor found = empty([size, piece], dtype: dtype);

        // MPI reads them until the request is done.
        private readonly int[] counts = GC.AllocateArray<int>(size, pinned: true);
        private readonly int[] places = GC.AllocateArray<int>(size, pinned: true);
        private readonly int[] rows = GC.AllocateArray<int>(size, pinned: true);
        private (int Start, Pending Pending)? current;

        public void Begin(nint from, int part, int start, int count)
        {
            for (var rank = 0; rank < size; rank++)
            {
                (counts[rank], places[rank], rows[rank]) = (count, checked(rank * part + start), rank * piece);
            }

            nint request;
            var type = OpenMpi.TypeOf(dtype);
            OpenMpi.Check(
                OpenMpi.AllToAll(
                    from, First(counts), First(places), type, DataOf(found), First(counts), First(rows), type, OpenMpi.World, &request),
                "MPI_Ialltoallv");
            current = (start, new Pending([request], found));
        }

        public void AddTo(Tensor sum)
        {
            if (current is not ({ } start, { } pending))
            {
                return;
            }

            pending.Wait();
            using var scope = NewDisposeScope();
            sum.narrow(0, start, counts[0]).copy_(found.narrow(1, 0, counts[0]).sum([0L]));
            current = null;
        }

        private static int* First(int[] pinned) => (int*)Unsafe.AsPointer(ref pinned[0]);
    }

    /// <summary>What is on its way; keeps the tensors alive that it reads and writes.</summary>
    private sealed class Pending(List<nint> requests, params Tensor[] tensors) : IPendingTransfer
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
