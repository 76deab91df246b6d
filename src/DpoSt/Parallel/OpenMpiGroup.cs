using System.Diagnostics;
using DpoSt.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>The ranks that one mpirun (or srun) has started. Sums and broadcasts travel in pieces of 4 MB, which are three times as fast as one large message.</summary>
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
        return InPieces(tensor, "MPI_Iallreduce", (data, count, request) => OpenMpi.AllReduce(OpenMpi.InPlace, data, count, type, OpenMpi.Sum, OpenMpi.World, request));
    }

    public void ReduceScatter(Tensor whole, Tensor part)
    {
        nint request;
        CheckParts(whole, part);
        OpenMpi.Check(OpenMpi.ReduceScatter(DataOf(whole), DataOf(part), checked((int)part.numel()), OpenMpi.TypeOf(part.dtype), OpenMpi.Sum, OpenMpi.World, &request), "MPI_Ireduce_scatter_block");
        new Pending([request], whole, part).Wait();
    }

    public void AllGather(Tensor part, Tensor whole)
    {
        nint request;
        CheckParts(whole, part);
        var (count, type) = (checked((int)part.numel()), OpenMpi.TypeOf(part.dtype));
        OpenMpi.Check(OpenMpi.AllGather(DataOf(part), count, type, DataOf(whole), count, type, OpenMpi.World, &request), "MPI_Iallgather");
        new Pending([request], whole, part).Wait();
    }

    public void Broadcast(Tensor tensor, int root)
    {
        var type = OpenMpi.TypeOf(tensor.dtype);
        InPieces(tensor, "MPI_Ibcast", (data, count, request) => OpenMpi.Broadcast(data, count, type, root, OpenMpi.World, request)).Wait();
    }

    public void Barrier()
    {
        nint request;
        OpenMpi.Check(OpenMpi.Barrier(OpenMpi.World, &request), "MPI_Ibarrier");
        new Pending([request]).Wait();
    }

    /// <summary>Leaves the job, once every rank wants to.</summary>
    public void Dispose() => OpenMpi.Check(OpenMpi.Finalise(), "MPI_Finalize");

    private delegate int Begin(nint data, int count, nint* request);

    private static Pending InPieces(Tensor tensor, string call, Begin begin)
    {
        var (data, size) = (DataOf(tensor), tensor.element_size());
        var requests = new List<nint>();
        for (var start = 0L; start < tensor.numel(); start += Piece / size)
        {
            nint request;
            OpenMpi.Check(begin((nint)(data + start * size), (int)Math.Min(Piece / size, tensor.numel() - start), &request), call);
            requests.Add(request);
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
