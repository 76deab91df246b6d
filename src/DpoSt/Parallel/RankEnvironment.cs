using System.Globalization;

namespace DpoSt.Parallel;

/// <summary>What the environment says of this process where mpirun, or srun with PMIx, has started it as one of several.</summary>
/// <param name="Rank">Which it is.</param>
/// <param name="Size">How many there are.</param>
/// <param name="LocalSize">How many of them run on this machine.</param>
/// <param name="LocalRank">Which of those it is.</param>
internal sealed record RankEnvironment(int Rank, int Size, int LocalSize, int LocalRank)
{
    /// <summary>Of this process; null where it was started alone.</summary>
    public static RankEnvironment? Current { get; } = Find(Environment.GetEnvironmentVariable);

    /// <summary>The same, out of these variables.</summary>
    public static RankEnvironment? Find(Func<string, string?> variable)
    {
        const string ompi = "OMPI_COMM_WORLD_";
        var found = variable($"{ompi}SIZE") is not null ? Of($"{ompi}RANK", $"{ompi}SIZE", $"{ompi}LOCAL_SIZE", $"{ompi}LOCAL_RANK")
            : variable("PMIX_RANK") is not null ? Of("PMIX_RANK", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_TASKS_PER_NODE", "SLURM_LOCALID")
            : null;
        return found is { Size: > 1 } ? found : null;

        RankEnvironment Of(string rank, string size, string local, string localRank) =>
            new(Number(rank) ?? 0, Number(size) ?? 1, Number(local) ?? Number(size) ?? 1, Number(localRank) ?? Number(rank) ?? 0);
        // Slurm writes "4(x2)" for four tasks on each of two nodes.
        int? Number(string name) =>
            int.TryParse(variable(name)?.Split('(', ',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : null;
    }
}
