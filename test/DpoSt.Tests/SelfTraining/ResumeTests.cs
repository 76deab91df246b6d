using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DpoSt.Tests.SelfTraining;

/// <summary>
/// Training as a process that is killed at random moments: dropout, three micro-batches a step, resume states within an epoch. Twenty kills
/// each take minutes: <c>dotnet test --project test/DpoSt.Tests -c Release -- --filter-class "*ResumeTests" --explicit only</c>.
/// </summary>
public sealed class ResumeTests
{
    private static readonly string[] Common =
    [
        "--config-path", "exp_config/tiny", "trainer.dropout=0.1", "+trainer.gradient_accumulation_steps=3",
        "trainer.per_device_train_batch_size=2",
        "trainer.learning_rate=1e-4", "trainer.logging_steps=1", "+trainer.save_steps=3", "+trainer.eval_strategy=steps",
        "+trainer.eval_steps=2", "model.model_path=base",
    ];

    [Theory]
    [InlineData("sft", "sft-0", false, Explicit = true)]
    [InlineData("dpo", "dpo-1", true)]
    public void Killed_at_random_moments_it_ends_with_the_same_losses_and_weights(string command, string name, bool bf16) =>
        Kill(command, name, bf16, 2);

    [Theory(Explicit = true)]
    [InlineData("sft", "sft-0", false)]
    [InlineData("sft", "sft-0", true)]
    [InlineData("dpo", "dpo-1", false)]
    [InlineData("dpo", "dpo-1", true)]
    public void Killed_at_many_moments_it_ends_with_the_same_losses_and_weights(string command, string name, bool bf16) =>
        Kill(command, name, bf16, 20);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void A_signal_ends_the_step_saves_and_exits_130_and_the_next_start_resumes(string signal)
    {
        using var run = NewRun();
        string[] arguments = ["sft", .. Common, "trainer.max_steps=4000", "+trainer.save_strategy=no"];
        var rest = Interrupted(run, arguments, signal);
        Assert.DoesNotContain("   at ", rest, StringComparison.Ordinal);
        Assert.EndsWith("\nInterrupted. What is done is saved: the same command goes on from there.\n", rest, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Path("ft_models/tiny/sft-0")));
        Assert.Single(Directory.GetDirectories(run.Path("ft_models/tiny/sft-0.training"), "checkpoint-*"));

        using var again = run.Start(arguments);
        Assert.Contains("resumed after step", Until(again, "resumed"), StringComparison.Ordinal);
        again.Kill();
        again.WaitForExit();
        using var fresh = run.Start([.. arguments, "--fresh"]);
        Assert.Contains("step 1/4000", Until(fresh, "  loss "), StringComparison.Ordinal);
        fresh.Kill();
        fresh.WaitForExit();
    }

    [Fact]
    public void A_training_that_began_anew_goes_on_although_its_model_was_done_before()
    {
        using var run = NewRun();
        string[] arguments = ["sft", .. Common, "trainer.max_steps=40"];
        Assert.Equal(0, run.Run(arguments).Code);
        var rest = Interrupted(run, [.. arguments, "--fresh"], "INT");
        Assert.EndsWith(
            "\nInterrupted. What is done is saved: the same command without --fresh goes on from there.\n", rest, StringComparison.Ordinal);
        var (code, _, error) = run.Run(arguments);
        Assert.Equal(0, code);
        Assert.Contains("resumed after step", error, StringComparison.Ordinal);
        Assert.Contains("is done already", run.Run(arguments).Out, StringComparison.Ordinal);
    }

    private static string Interrupted(TinyRun run, string[] arguments, string signal)
    {
        using var process = run.Start(arguments);
        AfterSteps(process, 3);
        using (var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        var rest = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        return rest;
    }

    // The base takes part in no step: only the adapter is saved.
    [Fact(Explicit = true)]
    public void An_adapter_that_is_killed_at_many_moments_ends_with_the_same_weights() =>
        Kill("sft", "sft-0", false, 20, "adapter_model.safetensors", "+trainer.lora.r=4", "+trainer.lora.target_modules=all-linear");

    private static readonly string[] Resampling =
    [
        "+trainer.resample_every=5", "+trainer.resample_questions=8", "eval.sampling.max_seed=2", "eval.max_new_tokens=48",
    ];

    // Steps lie before and behind samplings, and a state's rows may be those of any of them.
    [Theory]
    [InlineData("dpo", "dpo-1")]
    public void Semi_online_it_ends_with_the_same_losses_and_weights(string command, string name) =>
        Kill(command, name, false, 3, more: Resampling);

    [Theory(Explicit = true)]
    [InlineData("dpo", "dpo-1")]
    [InlineData("sft", "sft-0")]
    public void Semi_online_and_killed_at_many_moments_it_ends_with_the_same_losses_and_weights(string command, string name) =>
        Kill(command, name, false, 20, more: Resampling);

    private static void Kill(
        string command, string name, bool bf16, int kills, string weights = "model.safetensors", params string[] more)
    {
        string[] arguments =
        [
            command, .. Common, .. more, bf16 ? "+trainer.bf16=true" : "+trainer.bf16=false", $"trainer.max_steps={12 * kills + 3}"
        ];
        using var whole = NewRun();
        var (code, _, error) = whole.Run(arguments);
        Assert.True(code == 0, error);

        using var broken = NewRun();
        var random = new SplitMix64(11);
        for (var i = 0; i < kills; i++)
        {
            using var process = broken.Start(arguments);
            AfterSteps(process, 4 + random.Next(4));          // the first resume state is behind step 3
            Thread.Sleep(random.Next(60));
            process.Kill();
            process.WaitForExit();
        }

        var (again, _, errorAgain) = broken.Run(arguments);
        Assert.True(again == 0, errorAgain);
        Assert.Contains("resumed after step", errorAgain, StringComparison.Ordinal);
        Assert.Equal(Metrics(whole, name), Metrics(broken, name));
        Assert.Equal(
            more == Resampling ? (12 * kills + 2) / 5 : 0,
            Metrics(broken, name).Count(line => line.Contains("resampled/rows", StringComparison.Ordinal)));
        Assert.Equal(
            Enumerable.Range(1, 12 * kills + 3),
            Metrics(broken, name)
                .Where(line => !line.Contains("eval_loss", StringComparison.Ordinal)
                    && !line.Contains("resampled/", StringComparison.Ordinal))
                .Select(line => JsonNode.Parse(line)!["step"]!.GetValue<int>()));
        Assert.Equal(
            File.ReadAllBytes(whole.Path($"ft_models/tiny/{name}/{weights}")),
            File.ReadAllBytes(broken.Path($"ft_models/tiny/{name}/{weights}")));
        Assert.False(Directory.Exists(broken.Path($"ft_models/tiny/{name}.training")));
    }

    private static TinyRun NewRun()
    {
        var run = new TinyRun();
        run.LayPairs("train", 24, 1);
        run.LayPairs("eval", 4, 2);
        return run;
    }

    // What was measured differs from run to run; what was computed must not.
    private static string[] Metrics(TinyRun run, string name) =>
        [.. File.ReadAllLines(run.Path($"ft_models/tiny/{name}/metrics.jsonl")).Select(line =>
    {
        var json = JsonNode.Parse(line)!.AsObject();
        json.Remove("tokens_per_s");
        return json.ToJsonString();
    })];

    private static void AfterSteps(Process process, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Until(process, "  loss ");
        }
    }

    private static string Until(Process process, string text)
    {
        while (process.StandardError.ReadLine() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        Assert.Fail($"the run ended before it wrote '{text.Trim()}'");
        return "";
    }
}
