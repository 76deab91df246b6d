using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
using DpoSt.Tests.Models;
using DpoSt.Tests.Tensors;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training;

/// <summary>
/// Supervised trajectories against torch.optim.AdamW and transformers' Trainer (the fixtures' READMEs say how they came about).
/// </summary>
public sealed class SftTrainerTests(ITestOutputHelper output)
{
    private const string Relu = "t5-v10-relu-tied";

    public static TheoryData<string> Fixtures => ["t5-v10-relu-tied", "t5-v11-gated-gelu", "llama-mha", "llama-gqa"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Five_steps_of_AdamW_equal_the_original_s(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = new ModelFixture(name);
        var golden = fixture.Json("train.json");
        var batch = fixture.Batch();
        TrainingRuns.EqualSteps(
            golden.GetProperty("steps"), TrainingRuns.Run(fixture.Model, new SftObjective(fixture.Model), TrainingRuns.Options(5), batch),
            Later(name));
        TrainingRuns.EqualNorms(golden.GetProperty("param_norms_after"), fixture, LaterValues(name));
        TrainingRuns.Close(golden.GetProperty("loss_after"), Loss(fixture, batch), "loss after", LaterValues(name));

        const string prefix = "after5_first256.";
        var names = fixture.Golden.Entries.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, key =>
        {
            var expected = fixture.Golden.View(key);
            KernelCheck.Close(
                expected, fixture.Value(key[prefix.Length..]).reshape(-1).narrow(0, 0, expected.numel()), LaterValues(name), key);
        });
    }

    [Fact]
    public void On_the_ReLU_model_our_losses_are_as_near_to_an_fp64_run_as_the_original_s()
    {
        // Weights that differ in the eighth digit put units on other sides of the kink: the golden, too, is 6e-4 off the truth.
        using var scope = NewDisposeScope();
        using var fixture = new ModelFixture(Relu);
        using var wide = InFp64(fixture);
        var truth = Losses(wide);
        var golden = fixture.Json("train.json").GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("loss").GetDouble());
        Assert.InRange(Farthest(Losses(fixture.Model)), 0, Math.Max(TrainingRuns.Tolerance, Farthest(golden)));

        double Farthest(IEnumerable<double> losses) => losses.Zip(truth, (l, t) => Math.Abs(l - t)).Max();
        double[] Losses(ILanguageModel model) =>
            [.. TrainingRuns.Run(model, new SftObjective(model), TrainingRuns.Options(5), fixture.Batch()).Select(l => l.Loss)];
    }

    [Fact]
    public void On_the_ReLU_model_a_disturbance_as_small_as_rounding_moves_the_later_losses_further_than_the_tolerance()
    {
        using var scope = NewDisposeScope();
        using var fixture = new ModelFixture(Relu);
        using var wide = InFp64(fixture);
        var truth = Losses(wide);
        var moved = new double[truth.Length];
        for (var run = 1; run <= 6; run++)
        {
            using var disturbed = InFp64(fixture);
            using var generator = new TorchSharp.torch.Generator((ulong)run);
            using (no_grad())
            {
                // Every weight within half a unit in the last place of fp32.
                disturbed.Parameters.Buffers.ToList()
                    .ForEach(b => b.Values.mul_(
                        rand(b.Values.shape, generator: generator, dtype: ScalarType.Float64).sub(0.5).mul(Math.Pow(2, -23)).add(1)));
            }

            moved = [.. moved.Zip(Losses(disturbed), truth).Select(m => Math.Max(m.First, Math.Abs(m.Second - m.Third)))];
        }

        output.WriteLine(
            "losses in fp64, weights disturbed in fp32's last place, "
            + $"move by {string.Join(", ", moved.Select(m => m.ToString("0.0e+0", System.Globalization.CultureInfo.InvariantCulture)))}");
        Assert.All(moved[..2], m => Assert.InRange(m, 0, TrainingRuns.Tolerance));
        Assert.True(moved[^1] > TrainingRuns.Tolerance);
        double[] Losses(ILanguageModel model) =>
            [.. TrainingRuns.Run(model, new SftObjective(model), TrainingRuns.Options(5), fixture.Batch()).Select(l => l.Loss)];
    }

    private static T5Model InFp64(ModelFixture fixture)
    {
        var config = ((T5Model)fixture.Model).Config;
        var wide = new T5Model(config, new ParameterSet(T5Weights.Specs(config), CPU, ScalarType.Float64));
        using var checkpoint = HubCheckpoint.Open(SharedFolder.Path("fixtures", Relu), T5Weights.Naming);
        checkpoint.LoadInto(wide.Parameters);
        return wide;
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Ten_steps_with_clipping_and_a_cosine_equal_the_original_s(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = new ModelFixture(name);
        var golden = fixture.Json("train.json");
        var options = TrainingRuns.Options(
            10) with
        { Schedule = new LearningRateSchedule("cosine_with_min_lr", 1e-3, 10, 1, 0.1), MaxGradNorm = 1 };
        var batch = fixture.Batch();
        TrainingRuns.EqualSteps(
            golden.GetProperty("clip1_cosine_min_lr_10_steps_warmup1"),
            TrainingRuns.Run(fixture.Model, new SftObjective(fixture.Model), options, batch), Later(name));
        TrainingRuns.Close(golden.GetProperty("clip1_cosine_loss_after"), Loss(fixture, batch), "loss after", LaterValues(name));
    }

    [Theory]
    [InlineData("t5-v10-relu-tied", "batch4", 4)]
    [InlineData("t5-v10-relu-tied", "batch2_accum2", 2)]
    [InlineData("t5-v10-relu-tied", "batch1_accum4", 1)]
    [InlineData("t5-v11-gated-gelu", "batch4", 4)]
    [InlineData("t5-v11-gated-gelu", "batch2_accum2", 2)]
    [InlineData("t5-v11-gated-gelu", "batch1_accum4", 1)]
    [InlineData("llama-mha", "batch4", 4)]
    [InlineData("llama-mha", "batch2_accum2", 2)]
    [InlineData("llama-gqa", "batch4", 4)]
    [InlineData("llama-gqa", "batch2_accum2", 2)]
    public void Accumulation_by_means_equals_the_Trainer_of_transformers(string name, string run, int batchSize)
    {
        using var fixture = new ModelFixture(name);
        var golden = fixture.Json("hf_trainer.json").GetProperty(run);
        var schedule = new LearningRateSchedule("cosine_with_min_lr", 1e-3, 6, LearningRateSchedule.WarmupOf(0.1, 6), 0.1);
        var options = TrainingRuns.Options(6) with { Schedule = schedule, MaxGradNorm = 1, MeanOfMeans = true };
        var batches = Enumerable.Range(0, 4 / batchSize).Select(i => fixture.Batch(i * batchSize, batchSize)).ToArray();
        var lines = TrainingRuns.Run(fixture.Model, new SftObjective(fixture.Model), options, batches);
        var losses = golden.GetProperty("micro_losses_divided_by_accum").EnumerateArray().Select(l => l.GetDouble()).Chunk(batches.Length)
            .Select(c => c.Sum());
        foreach (var ((line, log), loss) in lines.Zip(golden.GetProperty("log_history").EnumerateArray()).Zip(losses))
        {
            Assert.Equal(loss, line.Loss, LaterValues(name) * Math.Max(1, loss));
            TrainingRuns.Close(
                log.GetProperty("grad_norm"), line.GradNorm, $"gradient norm of step {line.Step}",
                line.Step == 1 ? TrainingRuns.Tolerance : Later(name));
            // Its log line shows the rate of the step to come.
            Assert.Equal(log.GetProperty("learning_rate").GetDouble(), schedule.At(line.Step), 1e-12);
        }

        TrainingRuns.EqualNorms(golden.GetProperty("param_norms_after"), fixture, LaterValues(name));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void What_decays_is_what_decays_there(string name)
    {
        using var fixture = new ModelFixture(name);
        var golden = fixture.Json("train.json");
        var slices = fixture.Model.Parameters.Specs.SelectMany(s => s.Slices.Select(slice => (slice.Name, s.Decay)))
            .ToLookup(s => s.Decay, s => s.Name);
        Assert.Superset(slices[true].ToHashSet(), Names("decay_parameter_names"));
        Assert.Superset(slices[false].ToHashSet(), Names("no_decay_parameter_names"));

        HashSet<string> Names(string key) => [.. golden.GetProperty(key).EnumerateArray().Select(n => n.GetString()!)];
    }

    [Fact]
    public void Weights_that_the_last_step_destroys_are_no_model()
    {
        using var fixture = new ModelFixture("llama-mha");
        var error = Assert.Throws<UserErrorException>(
            () => TrainingRuns.Run(
                fixture.Model, new SftObjective(fixture.Model), TrainingRuns.Options(1, double.MaxValue), fixture.Batch()));
        Assert.StartsWith("weights are not finite after step 1: training diverged", error.Message, StringComparison.Ordinal);
    }

    private static double Later(string name) => name == Relu ? TrainingRuns.KinkTolerance : TrainingRuns.Tolerance;

    private static double LaterValues(string name) => Math.Min(Later(name), 20 * TrainingRuns.Tolerance);

    private static double Loss(ModelFixture fixture, TokenBatch batch) =>
        -SequenceLogProbs.Score(fixture.Model, batch).Sum() / batch.ScoredTokens;
}
