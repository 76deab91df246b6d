using System.Diagnostics;
using System.Globalization;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.Parallel;

/// <summary>Ranks that die or hang in mid-run: the job ends, says which it was, leaves nobody behind and can be resumed by fewer.</summary>
public sealed class RankFailureTests
{
    private static readonly string[] Train =
    [
        "sft", "--config-path", "exp_config/tiny", "trainer.dropout=0.1", "trainer.per_device_train_batch_size=4",
        "trainer.learning_rate=1e-4",
        "trainer.logging_steps=1", "+trainer.save_steps=3", "model.model_path=base",
    ];

    [Fact]
    public void A_rank_that_is_killed_ends_the_job_which_two_ranks_resume_with_the_same_losses()
    {
        Ranks.Need();
        using var whole = RankedStagesTests.NewRun();
        using var broken = RankedStagesTests.NewRun();
        string[] line = [.. Train, "trainer.max_steps=40"];
        Assert.Equal(0, whole.Run(line).Code);
        var (code, error) = Strike(broken, [.. line, "--nproc", "4", "--force"], victim: 2, "KILL", steps: 5);
        Assert.Equal(1, code);
        Assert.Contains("rank 2 of 4 was ended by signal 9 (Killed)", error, StringComparison.Ordinal);

        (code, _, error) = broken.Run([.. line, "--nproc", "2"]);
        Assert.True(code == 0, error);
        Assert.Contains("resumed after step", error, StringComparison.Ordinal);
        RankedStagesTests.Equal(RankedStagesTests.Metrics(whole, "sft-0"), RankedStagesTests.Metrics(broken, "sft-0"), 1e-4);
    }

    [Theory]
    [InlineData(1, Explicit = true)]
    [InlineData(0)]
    public void A_rank_that_hangs_is_named_and_the_job_ends(int victim)
    {
        Ranks.Need();
        using var run = RankedStagesTests.NewRun();
        var (code, error) = Strike(run, [.. Train, "trainer.max_steps=4000", "--nproc", "3", "--force"], victim, "STOP", steps: 1);
        Assert.Equal(1, code);
        Assert.Contains($"rank {victim} of 3 has not answered for 15 seconds: the job ends.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_lets_all_ranks_end_their_step_and_saves()
    {
        Ranks.Need();
        using var run = RankedStagesTests.NewRun();
        string[] line = [.. Train, "trainer.max_steps=4000", "+trainer.save_strategy=no", "--nproc", "2"];
        using var process = run.Start(line);
        AfterSteps(process, 2);
        Signal("INT", process.Id);
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 130, error);
        Assert.Contains("the same command goes on from there", error, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(run.Path("ft_models/tiny/sft-0.training"), "checkpoint-*"));
        Gone(run);
    }

    [Fact]
    public void What_stops_one_rank_alone_it_says_itself()
    {
        using var run = RankedStagesTests.NewRun();
        string[] program = ["dotnet", typeof(DpoSt.App.Cli).Assembly.Location, .. Train, "trainer.max_steps=4000"];
        var (code, said) = Ranks.Mpirun(run.Root, ["-n", "1", .. program, ":", "-n", "1", .. program, "data.data_path=data/absent.jsonl"]);
        Assert.Equal(2, code);
        Assert.Contains("rank 1 of 2: ", said, StringComparison.Ordinal);
        Assert.Contains("absent.jsonl", said, StringComparison.Ordinal);
        Gone(run);
    }

    [Fact]
    public void mpirun_before_a_stage_that_is_one_process_is_refused()
    {
        using var run = RankedStagesTests.NewRun();
        var (code, said) = Ranks.Mpirun(
            run.Root, "-n", "2", "dotnet", typeof(DpoSt.App.Cli).Assembly.Location, "eval-greedy", "--config-path", "exp_config/tiny",
            "+data.split=test");
        Assert.Equal(2, code);
        Assert.Contains(
            "dpost eval-greedy works as one process, but mpirun has started 2: start it without mpirun.", said, StringComparison.Ordinal);
        (code, said) = Ranks.Mpirun(run.Root, ["-n", "2", "dotnet", typeof(DpoSt.App.Cli).Assembly.Location, .. Train, "--nproc", "3"]);
        Assert.Equal(2, code);
        Assert.Contains("--nproc is 3, but mpirun has started 2 processes: leave --nproc out, or mpirun.", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_job_in_the_same_folder_is_refused_and_the_first_goes_on()
    {
        Ranks.Need();
        using var run = RankedStagesTests.NewRun();
        string[] line = [.. Train, "trainer.max_steps=4000", "--nproc", "2"];
        using var process = run.Start(line);
        AfterSteps(process, 1);
        var (code, output, error) = run.Run(line);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("is held by another dpost", error.Split('\n')[^2], StringComparison.Ordinal);
        AfterSteps(process, 1);
        process.Kill();
        process.WaitForExit();
        Gone(run);
    }

    [Fact]
    public void When_who_started_them_is_killed_the_ranks_end_too()
    {
        Ranks.Need();
        using var run = RankedStagesTests.NewRun();
        using var process = run.Start([.. Train, "trainer.max_steps=4000", "--nproc", "2"]);
        AfterSteps(process, 1);
        process.Kill();
        process.WaitForExit();
        Gone(run);
    }

    // Strikes a rank after some steps; gives what the job said and how it ended.
    private static (int Code, string Error) Strike(TinyRun run, string[] line, int victim, string signal, int steps)
    {
        using var process = run.Start(line);
        AfterSteps(process, steps);
        Signal(signal, Assert.Single(RanksIn(run), rank => rank.Rank == victim).Id);
        var error = process.StandardError.ReadToEndAsync();
        var ended = process.WaitForExit(TimeSpan.FromSeconds(60));
        if (!ended)
        {
            process.Kill();                                        // the ranks notice
        }

        Assert.True(ended, "the job did not end");
        Gone(run);
        return (process.ExitCode, error.Result);
    }

    private static void AfterSteps(Process process, int steps)
    {
        while (steps > 0)
        {
            var line = process.StandardError.ReadLine();
            Assert.True(line is not null, "the job ended too early");
            steps -= line.Contains("  loss ", StringComparison.Ordinal) ? 1 : 0;
        }
    }

    private static void Signal(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static void Gone(TinyRun run)
    {
        for (var i = 0; i < 150 && RanksIn(run).Count > 0; i++)
        {
            Thread.Sleep(100);
        }

        var left = RanksIn(run);
        left.ForEach(rank => Signal("KILL", rank.Id));
        Assert.Empty(left);
    }

    // The processes whose environment makes them ranks and that work in the run's folder.
    private static List<(int Id, int Rank)> RanksIn(TinyRun run)
    {
        const string variable = "OMPI_COMM_WORLD_RANK=";
        var found = new List<(int, int)>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(
            f => int.TryParse(Path.GetFileName(f), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                if (new FileInfo(Path.Combine(folder, "cwd")).LinkTarget == run.Root
                    && Array.Find(
                        File.ReadAllText(Path.Combine(folder, "environ")).Split('\0'), v =>
                            v.StartsWith(variable, StringComparison.Ordinal)) is { } rank)
                {
                    found.Add((int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture),
                        int.Parse(rank[variable.Length..], CultureInfo.InvariantCulture)));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile, or somebody else's.
            }
        }

        return found;
    }
}
