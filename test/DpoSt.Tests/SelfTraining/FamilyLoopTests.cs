using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Tests.Models.Families;
using DpoSt.Tests.Parallel;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.SelfTraining;

/// <summary>The whole loop on a model of every family, and in every way to compute it: the same losses where they must be.</summary>
public sealed class FamilyLoopTests
{
    private const double Tolerance = 2e-6;
    private const int Steps = 40;
    private const int First = 3;

    // All ways on all families take twenty minutes: they are run when asked for. Every run of the tests has a Llama's loop and a Qwen's.
    public static TheoryData<string, string> Every => new(
        from family in FamilyFixture.All.Select(row => row.Data).Where(name => name != "llama-eos-list")
        from way in (string[])["bf16", "checkpointing", "sharded", "killed"]
        select (family, way));

    [Theory(Explicit = true), MemberData(nameof(Every))]
    public void An_iteration_of_every_family_computes_the_same_in_every_way(string family, string way) => Check(family, way);

    private static void Check(string family, string way)
    {
        if (way == "sharded")
        {
            Ranks.Need();
        }

        using var plain = NewRun(family);
        using var other = NewRun(family);
        var expected = Losses(plain, Finish(plain));
        string[] options = way switch
        {
            "bf16" => ["+sft.trainer.bf16=true", "+dpo.trainer.bf16=true"],
            "checkpointing" => ["+sft.trainer.gradient_checkpointing=true", "+dpo.trainer.gradient_checkpointing=true"],
            "sharded" => ["--nproc", "2", "--launch", "shards.yaml"],
            _ => [],
        };
        if (way == "killed")
        {
            Kill(other);
        }

        var actual = Losses(other, Finish(other, options));
        Assert.Equal(expected.Length, actual.Length);
        if (way is "checkpointing" or "killed")
        {
            Assert.Equal(expected, actual);
            return;
        }

        // Sums in another order differ in their last place, and steps as large as these amplify that: what comes later may differ in
        // samples.
        Assert.All(expected.Zip(actual).Take(First), loss =>
            Assert.Equal(loss.First, loss.Second, way == "bf16" ? 0.05 * Math.Max(2, loss.First) : Tolerance * Math.Max(1, loss.First)));
        Assert.All(expected.Zip(actual).Take(way == "sharded" ? Steps : First), loss => Assert.Equal(loss.First, loss.Second, 0.3));
        Assert.All(actual, loss => Assert.True(double.IsFinite(loss)));
    }

    private static (int, string, string) Finish(TinyRun run, params string[] options) => run.Run([.. Line, .. options]);

    internal static string[] Line => TinyRun.Loop(
        "model.model_path=family", "loop.baseline=false", $"sft.trainer.max_steps={Steps}", "dpo.trainer.max_steps=4",
        "loop.pair_samples=4",
        "sft.trainer.logging_steps=1", "dpo.trainer.logging_steps=1", "sft.trainer.per_device_train_batch_size=5",
        "dpo.trainer.per_device_train_batch_size=2", "eval.max_new_tokens=24", "loop.eval_samples=1", "sft.trainer.learning_rate=5e-3",
        "+sft.trainer.save_strategy=steps", "+sft.trainer.save_steps=5");

    // Ends the process while it trains, as nothing else can be foreseen.
    private static void Kill(TinyRun run)
    {
        using var process = run.Start(Line);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!process.HasExited && !Directory.Exists(run.Path("ft_models/tiny/sft-0.training"))
            && !Directory.Exists(run.Path("ft_models/tiny/sft-0")))
        {
            Thread.Sleep(20);
        }

        Thread.Sleep(300);
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Task.WaitAll([error, output], TestContext.Current.CancellationToken);
    }

    // All losses of all trainings, in order; the last accuracies too, so that decoding counts.
    internal static double[] Losses(TinyRun run, (int Code, string Out, string Error) done)
    {
        Assert.True(done.Code == 0, done.Error);
        return [.. ((string[])["sft-0", "dpo-1", "sft-1"]).SelectMany(
            name => File.ReadAllLines(run.Path($"ft_models/tiny/{name}/metrics.jsonl")))
            .Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty("loss", out _))
            .Select(line => line.GetProperty("loss").GetDouble())];
    }

    // A family's weights with a tokenizer of their size, and questions so alike that a few steps teach their answers.
    internal static TinyRun NewRun(string family)
    {
        var source = SharedFolder.Path("fixtures", "families", family);
        var run = new TinyRun();
        Directory.CreateDirectory(run.Path("family"));
        File.Copy(Path.Combine(source, "model.safetensors"), run.Path("family/model.safetensors"));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        config["eos_token_id"] = 1;                                              // the tokenizer's
        File.WriteAllText(run.Path("family/config.json"), config.ToJsonString());
        string[] rows = [.. Enumerable.Range(1, 20).Select(i => JsonSerializer.Serialize(
            new { question = $"{i}?", answer = $"<<{i % 3}+1={i % 3 + 1}>>{i % 3 + 1}\n#### {i % 3 + 1}" }))];
        File.WriteAllText(run.Path("family/tokenizer.json"), BpeTrainer.Train(rows, 320, sentinels: 16));
        File.WriteAllText(run.Path("family/tokenizer_config.json"), """{"eos_token": "</s>", "pad_token": "<pad>"}""");
        foreach (var name in (string[])["train", "dev", "pool", "test", "ood"])
        {
            File.WriteAllLines(run.Path($"data/{name}.jsonl"), rows);
        }

        File.WriteAllText(run.Path("shards.yaml"),
            "distributed_type: DEEPSPEED\nnum_processes: 2\ndeepspeed_config:\n  zero_stage: 3\nuse_cpu: true\n");
        return run;
    }
}
