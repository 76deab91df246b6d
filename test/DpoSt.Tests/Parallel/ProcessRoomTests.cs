using DpoSt.Parallel;
using DpoSt.Tests.App;

namespace DpoSt.Tests.Parallel;

public sealed class ProcessRoomTests
{
    [Theory]
    [InlineData(2, 0, false, 8, true, "acc.yaml asks for 8 processes with a GPU each, but here are 2 processors and no GPU: "
        + "use --nproc 2 (the batch of the configuration stays what it is), or insist with --force; 8 would take turns.")]
    [InlineData(1, 0, false, 2, false, "acc.yaml asks for 2 processes, but here is 1 processor: "
        + "use --nproc 1 (the batch of the configuration stays what it is), or insist with --force; 2 would take turns.")]
    [InlineData(64, 2, true, 8, true, "acc.yaml asks for 8 processes with a GPU each, but 2 are here: "
        + "use --nproc 2, or --device cpu; the batch of the configuration stays what it is.")]
    [InlineData(64, 1, true, 2, false, "acc.yaml asks for 2 processes with a GPU each, but one is here: "
        + "use --nproc 1, or --device cpu; the batch of the configuration stays what it is.")]
    [InlineData(8, 0, false, 8, true, null)]
    [InlineData(2, 8, true, 8, true, null)]
    public void More_processes_than_fit_are_refused_with_what_was_asked_what_is_here_and_what_fits(
        int processors, int gpus, bool onGpus, int processes, bool wantsGpus, string? sentence)
    {
        var error = Record.Exception(() => new ProcessRoom(processors, gpus, onGpus).Check("acc.yaml", processes, wantsGpus));
        Assert.Equal(sentence, error?.Message);
    }

    [Fact]
    public void The_paper_s_launch_file_for_8_GPUs_says_so_on_a_small_machine()
    {
        Assert.SkipWhen(Environment.ProcessorCount >= 8, "there is room for 8 here");
        var file = SharedFolder.Path("reference-configs", "acc_config", "ddp8.yaml");
        var config = Path.Combine(SharedFolder.RepositoryRoot, "exp_config", "t5");
        var run = CommandRun.Of("sft", "--config-path", config, "--launch", file);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.StartsWith($"{file} asks for 8 processes", run.Error, StringComparison.Ordinal);
        Assert.Contains($"use --nproc {Environment.ProcessorCount} ", run.Error, StringComparison.Ordinal);

        run = CommandRun.Of("generate", "--config-path", config, "--nproc", $"{Environment.ProcessorCount + 1}", "--device", "cpu");
        Assert.Equal(2, run.Code);
        Assert.StartsWith($"--nproc asks for {Environment.ProcessorCount + 1} processes, but here ", run.Error, StringComparison.Ordinal);
    }
}
