using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Tests.App;
using DpoSt.Tests.Parallel;

namespace DpoSt.Tests.SelfTraining;

/// <summary>The whole loop with adapters in place of models.</summary>
public sealed class LoraLoopTests
{
    private const double Tolerance = 2e-6;

    private static readonly string[] Adapters =
    [
        "+sft.trainer.lora.r=4", "+sft.trainer.lora.lora_alpha=8", "+sft.trainer.lora.target_modules=all-linear",
        "+dpo.trainer.lora.r=4", "+dpo.trainer.lora.lora_alpha=8", "+dpo.trainer.lora.target_modules=all-linear",
        "sft.trainer.learning_rate=2e-2",
    ];

    [Fact]
    public void A_loop_trains_adapters_which_every_command_takes()
    {
        using var run = FamilyLoopTests.NewRun("qwen3");
        var planned = run.Run([.. FamilyLoopTests.Line, .. Adapters, "--dry-run"]);
        Assert.Matches(@"fine-tuning changes [\d,]+ of [\d,]+ parameters \(", planned.Out);
        var losses = FamilyLoopTests.Losses(run, run.Run([.. FamilyLoopTests.Line, .. Adapters]));
        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
        foreach (var name in (string[])["sft-0", "dpo-1", "sft-1"])
        {
            var folder = run.Path($"ft_models/tiny/{name}");
            Assert.False(File.Exists(Path.Combine(folder, "model.safetensors")));
            Assert.False(File.Exists(Path.Combine(folder, "config.json")));
            var adapter = new FileInfo(Path.Combine(folder, "adapter_model.safetensors")).Length;
            Assert.True(adapter < new FileInfo(run.Path("family/model.safetensors")).Length);
            var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!;
            Assert.Equal(Path.GetFullPath(run.Path("family")), Path.GetFullPath(config["base_model_name_or_path"]!.GetValue<string>()));
        }

        Assert.Equal(0, CommandRun.Of("merge", run.Path("ft_models/tiny/dpo-1"), "--output", run.Path("merged")).Code);
        var (adapted, merged) = (Answers(run, "ft_models/tiny/dpo-1"), Answers(run, "merged"));
        Assert.Equal(20, adapted.Count(line => line.Length > 0));
        Assert.Equal(adapted, merged);
        Assert.NotEqual(adapted, Answers(run, "family"));
        var export = CommandRun.Of("export", "--model", run.Path("ft_models/tiny/dpo-1"), "--gguf", run.Path("x.gguf"));
        Assert.Equal(2, export.Code);
        Assert.Contains("is an adapter: write it as a model first", export.Error);

        var written = File.GetLastWriteTimeUtc(run.Path("ft_models/tiny/sft-1/adapter_model.safetensors"));
        Assert.Equal(losses, FamilyLoopTests.Losses(run, run.Run([.. FamilyLoopTests.Line, .. Adapters])));
        Assert.Equal(written, File.GetLastWriteTimeUtc(run.Path("ft_models/tiny/sft-1/adapter_model.safetensors")));
        var half = run.Run([.. FamilyLoopTests.Line, .. Adapters[..3]]);
        Assert.Contains("give dpo.trainer.lora the same values (it has none)", half.Error);
        var taken = CommandRun.Of("merge", run.Path("ft_models/tiny/dpo-1"), "--output", run.Path("family"));
        Assert.Contains("is there already: name a new folder", taken.Error);

        var other = run.Run("dpo", "--config-path", "exp_config/tiny", "--config-name", "dpo-1", "trainer.max_steps=4",
            "model.model_path=ft_models/tiny/sft-0", "trainer.run_name=dpo-9");
        Assert.Equal(2, other.Code);
        Assert.Contains("is an adapter: set trainer.lora", other.Error);
    }

    [Theory]
    [InlineData("sharded")]
    public void Ranks_train_the_adapter_of_one_process(string way) => Compare(way);

    // A minute more: dotnet test --project test/DpoSt.Tests -c Release -- --filter-class "*LoraLoopTests" --explicit only
    [Theory(Explicit = true)]
    [InlineData("2 ranks")]
    [InlineData("4 ranks")]
    [InlineData("checkpointing")]
    public void Other_ways_train_the_same_adapter(string way) => Compare(way);

    private static void Compare(string way)
    {
        if (way != "checkpointing")
        {
            Ranks.Need();
        }

        string[] options = way switch
        {
            "sharded" => ["--nproc", "2", "--launch", "shards.yaml"],
            "2 ranks" => ["--nproc", "2"],
            "4 ranks" => ["--nproc", "4", "--force"],
            _ => ["+sft.trainer.gradient_checkpointing=true", "+dpo.trainer.gradient_checkpointing=true"],
        };
        using var plain = FamilyLoopTests.NewRun("qwen3");
        using var other = FamilyLoopTests.NewRun("qwen3");
        string[] line = [.. FamilyLoopTests.Line, .. Adapters, "loop.iterations=0", "sft.trainer.max_steps=6"];
        var expected = Sft(plain, plain.Run(line));
        var actual = Sft(other, other.Run([.. line, .. options]));
        Assert.Equal(6, expected.Length);
        // Sums in another order differ in their last place, and steps amplify that.
        Assert.All(expected.Zip(actual), loss => Assert.Equal(loss.First, loss.Second, Tolerance * Math.Max(1, loss.First)));
    }

    private static double[] Sft(TinyRun run, (int Code, string Out, string Error) done)
    {
        Assert.True(done.Code == 0, done.Error);
        return [.. File.ReadAllLines(run.Path("ft_models/tiny/sft-0/metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("loss", out _)).Select(line => line.GetProperty("loss").GetDouble())];
    }

    private static string[] Answers(TinyRun run, string model)
    {
        var input = string.Concat(Enumerable.Range(1, 20).Select(i => $$"""{"prompt": "{{i}}?"}""" + "\n"));
        var done = CommandRun.With(input, "complete", "--model", run.Path(model), "--max-new-tokens", "16", "--json");
        Assert.True(done.Code == 0, done.Error);
        return [.. done.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
