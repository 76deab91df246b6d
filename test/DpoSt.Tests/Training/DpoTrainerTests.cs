using System.Text.Json;
using DpoSt.Models;
using DpoSt.Tensors.Files;
using DpoSt.Tests.Models;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training;

/// <summary>Preference optimisation against trl 0.8.6 (the fixtures' READMEs say how the numbers came about).</summary>
public sealed class DpoTrainerTests
{
    public static TheoryData<string> Fixtures => ["t5-v10-relu-tied", "t5-v11-gated-gelu", "llama-mha", "llama-gqa"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Log_probabilities_rewards_loss_and_gradients_equal_the_original_s(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = new ModelFixture(name);
        var golden = fixture.Json("dpo.json");
        var (tokens, pairs) = (Tokens(golden), Numbers(golden, "losses").Length);
        var reference = SequenceLogProbs.Score(fixture.Model, tokens);
        Close([.. Numbers(golden, "reference_chosen_logps"), .. Numbers(golden, "reference_rejected_logps")], reference);
        PutOverlayInPlace(fixture, name);
        var policy = SequenceLogProbs.Score(fixture.Model, tokens);
        Close([.. Numbers(golden, "policy_chosen_logps"), .. Numbers(golden, "policy_rejected_logps")], policy);

        fixture.Model.Parameters.EnableGradients();
        var cost = new DpoObjective(fixture.Model, new PreferenceLoss(golden.GetProperty("beta").GetDouble()))
            .Evaluate(new PreferenceBatch(tokens, reference), null, 1.0 / pairs);
        TrainingRuns.Close(golden.GetProperty("loss_mean"), cost.Loss / pairs, "loss");
        var metrics = cost.Metrics.ToDictionary(m => m.Key, m => m.Value / pairs);
        Assert.Equal(Numbers(golden, "chosen_rewards").Average(), metrics["rewards/chosen"], TrainingRuns.Tolerance);
        Assert.Equal(Numbers(golden, "rejected_rewards").Average(), metrics["rewards/rejected"], TrainingRuns.Tolerance);
        TrainingRuns.Close(golden.GetProperty("reward_margin_mean"), metrics["rewards/margins"], "margin");
        TrainingRuns.Close(golden.GetProperty("reward_accuracy"), metrics["rewards/accuracies"], "accuracy");

        foreach (var norm in golden.GetProperty("grad_norms").EnumerateObject())
        {
            TrainingRuns.Close(norm.Value, fixture.Gradient(norm.Name).norm().item<float>(), $"gradient of {norm.Name}");
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Five_steps_equal_the_original_s(string name)
    {
        using var fixture = new ModelFixture(name);
        var golden = fixture.Json("dpo.json");
        var trajectory = golden.GetProperty("trajectory_policy_starts_at_base_lr1e-5_clip1_wd0.01");
        var tokens = Tokens(golden);
        var batch = new PreferenceBatch(tokens, SequenceLogProbs.Score(fixture.Model, tokens));
        var lines = TrainingRuns.Run(
            fixture.Model, new DpoObjective(fixture.Model, new PreferenceLoss(golden.GetProperty("beta").GetDouble())),
            TrainingRuns.Options(5, 1e-5) with { MaxGradNorm = 1 }, batch);
        TrainingRuns.EqualSteps(trajectory, lines);
        foreach (var (step, line) in trajectory.EnumerateArray().Zip(lines))
        {
            Assert.All(line.Metrics, metric =>
                TrainingRuns.Close(step.GetProperty(metric.Key), metric.Value, $"{metric.Key} of step {line.Step}"));
        }
    }

    /// <summary>The completions of all pairs over shared prompts: chosen first, then rejected.</summary>
    private static TokenBatch Tokens(JsonElement golden)
    {
        var inputs = golden.GetProperty("inputs");
        var mask = ModelFixture.Rows(inputs, "prompt_attention_mask");
        var prompts = ModelFixture.Rows(inputs, "prompt_input_ids").Select((row, b) => row.Where((_, s) => mask[b][s] == 1).ToArray())
            .ToArray();
        var completions = ((string[])["chosen_labels", "rejected_labels"])
            .SelectMany(key => ModelFixture.Rows(inputs, key))
            .Select(row => row.Where(id => id != -100).ToArray());
        var rows = Enumerable.Range(0, 2 * prompts.Length).ToArray();
        return new TokenBatch(prompts, [.. completions], [.. rows.Select(b => b % prompts.Length)], [.. rows.Select(b => (long)b)]);
    }

    private static void PutOverlayInPlace(ModelFixture fixture, string name)
    {
        using var _ = no_grad();
        using var overlay = SafeTensorsFile.Open(SharedFolder.Path("fixtures", name, "dpo_policy_overlay.safetensors"));
        foreach (var key in overlay.Entries.Keys.Where(key => key is not ("encoder.embed_tokens.weight" or "decoder.embed_tokens.weight")))
        {
            fixture.Value(key).copy_(overlay.View(key));
        }
    }

    private static double[] Numbers(JsonElement json, string key) => json.GetProperty(key).Deserialize<double[]>()!;

    private static void Close(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual), pair =>
            Assert.Equal(pair.First, pair.Second, TrainingRuns.Tolerance * Math.Max(1, Math.Abs(pair.First))));
}
