using DpoSt.Configuration.Launch;

namespace DpoSt.Tests.Configuration.Launch;

public sealed class LaunchOptionsTests
{
    [Theory]
    [InlineData("ddp8.yaml", nameof(LaunchStrategy.DataParallel))]
    [InlineData("fsdp.yaml", nameof(LaunchStrategy.FullyShardedDataParallel))]
    [InlineData("ds_zero3.yaml", nameof(LaunchStrategy.DeepSpeedZero3))]
    public void TheReferencesFilesLoad(string file, string strategy) => Assert.Equal(
        new LaunchOptions(8, MixedPrecision.Bf16, Enum.Parse<LaunchStrategy>(strategy), UseCpu: false),
        LaunchOptions.Load(SharedFolder.Path("reference-configs", "acc_config", file)));

    [Theory]
    [InlineData(
        "num_processes: 2\ndistributed_type: MULTI_CPU\nmixed_precision: 'no'\nuse_cpu: true\n", nameof(LaunchStrategy.DataParallel), 2,
        true)]
    [InlineData("distributed_type: 'NO'\n", nameof(LaunchStrategy.SingleProcess), 1, false)]
    [InlineData("distributed_type: NO\nmixed_precision: no\n", nameof(LaunchStrategy.SingleProcess), 1, false)]
    public void OtherLaunchesAreUnderstood(string yaml, string strategy, int processes, bool useCpu)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(new LaunchOptions(processes, MixedPrecision.No, Enum.Parse<LaunchStrategy>(strategy), useCpu), LaunchOptions.Load(
            folder.File("l.yaml", yaml)));
    }

    [Theory]
    [InlineData("mixed_precision: fp16\n", "l.yaml:1: mixed_precision is the text 'fp16'; expected 'no' or 'bf16'.")]
    [InlineData("num_machines: 2\n", "l.yaml:1: num_machines is the number 2; expected '1'.")]
    [InlineData("deepspeed_config:\n  zero_stage: 2\n", "l.yaml:2: deepspeed_config.zero_stage is the number 2; expected '3'.")]
    [InlineData("fsdp_config:\n  fsdp_offload_params: true\n", "l.yaml:2: fsdp_config.fsdp_offload_params is true; expected 'false'.")]
    [InlineData("num_proceses: 2\n", "l.yaml:1: there is no option num_proceses; did you mean num_processes?")]
    [InlineData("num_processes: 2\n", "l.yaml: num_processes is 2, but distributed_type is 'no'; expected 'multi_gpu'.")]
    public void MistakesAreOneSentence(string yaml, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("l.yaml", yaml);
        var error = Assert.Throws<UserErrorException>(() => LaunchOptions.Load(path));
        Assert.Equal(message, error.Message.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal));
    }
}
