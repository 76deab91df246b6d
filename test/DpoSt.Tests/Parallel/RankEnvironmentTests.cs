using DpoSt.Parallel;

namespace DpoSt.Tests.Parallel;

public sealed class RankEnvironmentTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0", null)]
    [InlineData("OMPI_COMM_WORLD_SIZE=8 OMPI_COMM_WORLD_RANK=5 OMPI_COMM_WORLD_LOCAL_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1", "5 8 4 1")]
    [InlineData("PMIX_RANK=3 SLURM_STEP_NUM_TASKS=4 SLURM_STEP_TASKS_PER_NODE=2(x2) SLURM_LOCALID=1", "3 4 2 1")]
    [InlineData("PMIX_RANK=0", null)]
    [InlineData("SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=1", null)]    // srun without PMIx starts programs that know nothing of each other
    public void A_rank_is_known_by_what_its_launcher_leaves_in_the_environment(string variables, string? expected)
    {
        var set = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]);
        var found = RankEnvironment.Find(name => set.GetValueOrDefault(name));
        Assert.Equal(expected, found is null ? null : $"{found.Rank} {found.Size} {found.LocalSize} {found.LocalRank}");
    }

    [Theory]
    [InlineData(0, null, "0")]
    [InlineData(3, null, "3")]
    [InlineData(1, "2, GPU-5f", "GPU-5f")]
    [InlineData(2, "2,5", "")]                                                     // none, and not somebody else's
    [InlineData(1, "", "")]                                                        // how GPUs are hidden
    public void Every_rank_of_a_machine_takes_a_gpu_of_its_own(int localRank, string? visible, string expected) =>
        Assert.Equal(expected, RankGpu.Of(localRank, visible));
}
