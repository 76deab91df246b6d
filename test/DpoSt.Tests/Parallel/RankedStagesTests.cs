using System.Text.Json.Nodes;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.Parallel;

/// <summary>Stages as several processes, from the command line to the files they leave.</summary>
public sealed class RankedStagesTests
{
    private static readonly string[] Train =
    [
        "--config-path", "exp_config/tiny", "trainer.dropout=0.1", "+trainer.gradient_accumulation_steps=3",
        "trainer.per_device_train_batch_size=3",
        "trainer.learning_rate=1e-4", "trainer.logging_steps=1", "trainer.max_steps=8", "model.model_path=base", "+trainer.bf16=false",
    ];

    [Fact]
    public void Fine_tuning_and_preference_tuning_leave_the_files_of_one_process()
    {
        Ranks.Need();
        using var one = NewRun();
        using var several = NewRun();
        File.WriteAllText(several.Path("shards.yaml"),
            "distributed_type: DEEPSPEED\nnum_processes: 8\ndeepspeed_config:\n  zero_stage: 3\nuse_cpu: true\n");
        (string, string, string[])[] stages =
            [("sft", "sft-0", ["--nproc", "2"]), ("dpo", "dpo-1", ["--nproc", "4", "--launch", "shards.yaml", "--force"])];
        foreach (var (stage, name, ranks) in stages)
        {
            string[] line = [stage, .. Train, "+trainer.eval_strategy=steps", "+trainer.eval_steps=4"];
            Assert.Equal(0, one.Run(line).Code);
            var (code, output, error) = several.Run([.. line, .. ranks]);
            Assert.True(code == 0, error);
            Assert.Equal(2, output.Split("model in").Length);                      // one of them speaks
            Assert.DoesNotContain('\u001b', output + error);
            Equal(Metrics(one, name), Metrics(several, name), 1e-4);
            Assert.Equal(Files(one, $"ft_models/tiny/{name}"), Files(several, $"ft_models/tiny/{name}"));
        }

        Assert.Equal(Files(one, "model_outputs"), Files(several, "model_outputs"));
    }

    [Theory]
    [InlineData("eval.mode=greedy")]
    [InlineData("eval.mode=sampling", "eval.sampling.max_seed=3")]
    public void Samples_are_those_of_one_process_to_the_byte(params string[] mode)
    {
        Ranks.Need();
        using var one = new TinyRun();
        using var several = new TinyRun();
        string[] line = ["generate", "--config-path", "exp_config/tiny", "trainer.output_dir=base", "+data.split=test",
            "eval.max_new_tokens=40", .. mode];
        Assert.Equal(0, one.Run(line).Code);
        var (code, _, error) = several.Run([.. line, "--nproc", "3", "--force"]);
        Assert.True(code == 0, error);
        var files = Files(one, "model_outputs");
        Assert.Equal(files, Files(several, "model_outputs"));
        Assert.All(files.Where(f => !f.EndsWith(Provenance.FileName, StringComparison.Ordinal)), file =>
            Assert.Equal(File.ReadAllText(one.Path($"model_outputs/{file}")), File.ReadAllText(several.Path($"model_outputs/{file}"))));
        var (_, again, _) = several.Run([.. line, "--nproc", "3", "--force"]);
        Assert.Contains("is done already", again, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_shares_its_stages_and_one_process_finds_them_done()
    {
        Ranks.Need();
        using var one = new TinyRun();
        using var several = new TinyRun();
        string[] loop = TinyRun.Loop("loop.baseline=false", "sft.trainer.logging_steps=1", "--until", "sample dpo-1");
        var (code, output, error) = several.Run([.. loop, "--nproc", "2"]);
        Assert.True(code == 0, error);
        Assert.Equal(2, output.Split("test: 12 problems").Length);                 // one of them speaks
        Assert.Equal(9, several.Run([.. loop, "--dry-run"]).Out.Split("done already").Length - 1);

        Assert.Equal(0, one.Run([.. loop[..^1], "sft-0"]).Code);
        Equal(Metrics(one, "sft-0"), Metrics(several, "sft-0"), 1e-4);
        Assert.DoesNotContain(Files(several, "model_outputs"), file => file.Contains(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mistake_is_told_once()
    {
        Ranks.Need();
        using var run = NewRun();
        var (code, output, error) = run.Run(["sft", .. Train, "--nproc", "2", "model.model_path=nowhere"]);
        Assert.Equal((2, ""), (code, output));
        Assert.Matches("^2 processes, [0-9]+ threads? each[^\n]*\n[^\n]*nowhere[^\n]*\n$", error);
        (code, output, error) = run.Run(["sft", .. Train, "--nproc", "2", "data.data_path=data/absent.jsonl", "+trainer.tf32=true"]);
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(3, error.TrimEnd().Split('\n').Length);                       // that a key means nothing is told once, too
    }

    [Fact]
    public void A_launch_file_decides_how_many_and_which_precision()
    {
        Ranks.Need();
        using var run = NewRun();
        File.WriteAllText(run.Path("two.yaml"), "distributed_type: FSDP\nnum_processes: 2\nmixed_precision: bf16\nuse_cpu: true\n");
        string[] line = ["sft", .. Train[..^1], "--launch", "two.yaml"];
        var (code, _, error) = run.Run(line);
        Assert.True(code == 0, error);
        Assert.StartsWith(
            "two.yaml: 2 processes divide each batch of the configuration between them; for as many rows on each as it says, "
            + "multiply trainer.gradient_accumulation_steps by 2.\n",
            error, StringComparison.Ordinal);
        Assert.Contains("done already", run.Run([.. line, "--nproc", "1", "+trainer.bf16=true"]).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("done already", run.Run([.. line, "--nproc", "1", "+trainer.bf16=false"]).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_Open_MPI_the_package_is_named()
    {
        using var run = NewRun();
        Directory.CreateDirectory(run.Path("bin"));
        var dotnet = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "dotnet"))
            .First(File.Exists);
        File.CreateSymbolicLink(run.Path("bin/dotnet"), dotnet);
        using var process = run.Start(start => start.Environment["PATH"] = run.Path("bin"), ["sft", .. Train, "--nproc", "2"]);
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((2, "several processes need Open MPI 4.1 or 5, but mpirun is not on the PATH: apt-get install openmpi-bin.\n"),
            (process.ExitCode, error));
    }

    internal static TinyRun NewRun()
    {
        var run = new TinyRun();
        run.LayPairs("train", 24, 1);
        run.LayPairs("eval", 5, 2);
        return run;
    }

    /// <summary>Every line of metrics, without what is measured.</summary>
    internal static JsonObject[] Metrics(TinyRun run, string name) =>
        [.. File.ReadAllLines(run.Path($"ft_models/tiny/{name}/metrics.jsonl")).Select(line =>
    {
        var json = JsonNode.Parse(line)!.AsObject();
        json.Remove("tokens_per_s");
        return json;
    })];

    internal static void Equal(JsonObject[] expected, JsonObject[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (a, b) in expected.Zip(actual))
        {
            Assert.Equal(a.Select(p => p.Key), b.Select(p => p.Key));
            Assert.All(
                a,
                p => Assert.Equal(p.Value!.GetValue<double>(), b[p.Key]!.GetValue<double>(),
                    tolerance * Math.Max(1, Math.Abs(p.Value.GetValue<double>()))));
        }
    }

    private static string[] Files(TinyRun run, string folder) =>
        [
            .. Directory.EnumerateFiles(run.Path(folder), "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(run.Path(folder), f)).Order(StringComparer.Ordinal)
        ];
}
