using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>The functions of Open MPI (4.1 and 5 have one library name) that are used here. Its handles are the addresses of global
/// symbols. Everything is begun without waiting: its own waiting calls would keep a processor busy that another rank needs.</summary>
internal static unsafe partial class OpenMpi
{
    private const string Library = "libmpi.so.40";
    private const int Serialized = 2;          // MPI_THREAD_SERIALIZED: any thread may call, one at a time
    private static readonly Dictionary<string, nint> Symbols = new(StringComparer.Ordinal);

    /// <summary>MPI_IN_PLACE.</summary>
    public const nint InPlace = 1;

    /// <summary>All ranks of the job.</summary>
    public static nint World => Symbol("ompi_mpi_comm_world");

    /// <summary>MPI_SUM.</summary>
    public static nint Sum => Symbol("ompi_mpi_op_sum");

    /// <summary>MPI's name of a tensor's type.</summary>
    public static nint TypeOf(ScalarType dtype) => Symbol(dtype switch
    {
        ScalarType.Float32 => "ompi_mpi_float",
        ScalarType.Float64 => "ompi_mpi_double",
        ScalarType.Int64 => "ompi_mpi_int64_t",
        ScalarType.Byte => "ompi_mpi_byte",
        _ => throw new ArgumentException($"tensors of {dtype} do not travel", nameof(dtype)),
    });

    /// <summary>Joins the job that started this process.</summary>
    /// <exception cref="UserErrorException">Open MPI is not installed, or cannot start here.</exception>
    public static void Start()
    {
        try
        {
            _ = World;
            int provided;
            Check(InitThread(0, 0, Serialized, &provided), "MPI_Init_thread");
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new UserErrorException(
                $"several processes need Open MPI 4.1 or 5, but {Library} is not there: apt-get install openmpi-bin.", e);
        }
    }

    /// <summary>Throws where a call failed; Open MPI itself ends the job in nearly every such case.</summary>
    public static void Check(int code, string call)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"{call} failed with code {code}");
        }
    }

    private static nint Symbol(string name)
    {
        lock (Symbols)
        {
            return Symbols.TryGetValue(name, out var address)
                ? address : Symbols[name] = NativeLibrary.GetExport(NativeLibrary.Load(Library), name);
        }
    }

    [LibraryImport(Library, EntryPoint = "MPI_Init_thread")]
    private static partial int InitThread(nint argc, nint argv, int required, int* provided);

    [LibraryImport(Library, EntryPoint = "MPI_Finalize")]
    public static partial int Finalise();

    [LibraryImport(Library, EntryPoint = "MPI_Abort")]
    public static partial int Abort(nint comm, int code);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_rank")]
    public static partial int CommRank(nint comm, int* rank);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_size")]
    public static partial int CommSize(nint comm, int* size);

    [LibraryImport(Library, EntryPoint = "MPI_Test")]
    public static partial int Test(nint* request, int* flag, nint status);

    [LibraryImport(Library, EntryPoint = "MPI_Ibarrier")]
    public static partial int Barrier(nint comm, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Iallreduce")]
    public static partial int AllReduce(nint from, nint to, int count, nint type, nint op, nint comm, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Ialltoallv")]
    public static partial int AllToAll(
        nint from, int* counts, int* places, nint type, nint to, int* countsThere, int* placesThere, nint typeThere, nint comm,
        nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Ibcast")]
    public static partial int Broadcast(nint data, int count, nint type, int root, nint comm, nint* request);
}
