using System.Text.Json.Nodes;
using DpoSt.Benchmarks;
using DpoSt.Models.T5;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Tests.Models;
using DpoSt.Text;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.Tests.Benchmarks;

public sealed class TrainBenchTests
{
    private static readonly T5Config Config = TinyModels.T5 with { VocabSize = 300 };
    private static readonly BenchModel Shape = new(
        PromptFormat.T5, new JsonObject { ["model_type"] = "t5", ["vocab_size"] = Config.VocabSize });

    [Fact]
    public void Fine_tuning_is_measured_on_what_the_command_does_with_its_defaults()
    {
        using var measured = TinyModels.New(Config, 3);
        var row = new TrainBench(Shape, "fp32", measured, runs: 2, TestContext.Current.CancellationToken).FineTuning();
        Assert.Equal(("t5", "fp32", "sft", 12), (row.Model, row.Dtype, row.Mode, row.Batch));
        Assert.True(row.Spread[0] > 0 && row.ExamplesPerS >= row.Spread[0] && row.ExamplesPerS <= row.Spread[1]);
        Assert.Null(row.WithoutScoring);

        using var trained = TinyModels.New(Config, 3);
        var rows = Enumerable.Range(0, 36).Select(i => (Shape.RandomIds((ulong)i, 120), Shape.RandomIds(36 + (ulong)i, 150))).ToList();
        var session = new TrainingSession(
            trained, new TrainingRecipe { BatchSize = 12, MaxSteps = 3 }, Silent.Context(cancel: TestContext.Current.CancellationToken));
        session.Train(new SftObjective(trained), EncodedRows.Of(rows), null, trained.DropoutRate);
        Assert.All(
            trained.Parameters.Buffers.Zip(measured.Parameters.Buffers),
            pair => Assert.True(pair.First.Values.equal(pair.Second.Values).all().item<bool>()));
    }

    [Fact]
    public void Scoring_the_reference_counts_in_the_rate_of_pairs()
    {
        using var model = TinyModels.New(Config, 3);
        var row = new TrainBench(Shape, "fp32", model, runs: 1, TestContext.Current.CancellationToken).Preferences();
        Assert.Equal(("dpo", 12), (row.Mode, row.Batch));
        Assert.True(row.ExamplesPerS > 0 && row.WithoutScoring > row.ExamplesPerS);
    }

    [Fact]
    public void Benches_hold_no_loop_of_their_own()
    {
        string[] loops = ["model.NewDecoder", "IStepDecoder", "AdamW", "Backward", "new Trainer<", "TokenLogProbs", "CompletionStates"];
        var files = Directory.GetFiles(Path.Combine(SharedFolder.RepositoryRoot, "src", "DpoSt", "Benchmarks"), "*Bench*.cs");
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.All(loops, loop => Assert.DoesNotContain(loop, File.ReadAllText(file), StringComparison.Ordinal)));
    }
}
