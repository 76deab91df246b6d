using System.Diagnostics;
using System.Text.Json.Serialization;
using DpoSt.Models;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.Benchmarks;

/// <summary>One line of a training measurement.</summary>
/// <param name="Model">t5 or llama.</param>
/// <param name="Dtype">fp32 or bf16: the type of matrix products.</param>
/// <param name="Mode">sft or dpo.</param>
/// <param name="Batch">Examples, or pairs, an optimizer step.</param>
/// <param name="ExamplesPerS">Examples a second, or pairs, scoring by the reference included: the median over steps.</param>
/// <param name="Spread">The slowest and the fastest step's.</param>
internal sealed record TrainRow(string Model, string Dtype, string Mode, int Batch, double ExamplesPerS, double[] Spread)
{
    /// <summary>For dpo: pairs a second of the steps alone, as in every epoch but the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? WithoutScoring { get; init; }
}

/// <summary>Steps of fine-tuning (12 rows of 120 prompt and 150 completion tokens) and of DPO (12 such pairs), with the defaults of
/// <c>dpost sft</c> and <c>dpost dpo</c>. It calls what they call and holds no loop of its own.</summary>
internal sealed class TrainBench(BenchModel shape, string dtype, ILanguageModel model, int runs, CancellationToken cancel)
{
    private const int PromptTokens = 120;
    private const int CompletionTokens = 150;
    private const int Batch = 12;

    // One step to warm up.
    private int Examples => Batch * (runs + 1);

    private TrainingRecipe Recipe => new() { BatchSize = Batch, MaxSteps = runs + 1 };

    public TrainRow FineTuning()
    {
        var rows = Enumerable.Range(0, Examples).Select(i => (Ids(i, PromptTokens), Ids(Examples + i, CompletionTokens))).ToList();
        var watch = new StepWatch();
        Session(watch).Train(new SftObjective(model), EncodedRows.Of(rows), null, model.DropoutRate);
        return Row("sft", [.. watch.Steps.Select(seconds => Batch / seconds)]);
    }

    public TrainRow Preferences()
    {
        var pairs = EncodedPairs.Of(
            [
                .. Enumerable.Range(0, Examples)
                    .Select(i => (Ids(i, PromptTokens), Ids(Examples + i, CompletionTokens), Ids(2 * Examples + i, CompletionTokens)))
            ],
            "random pairs");
        var context = Context(new StepWatch());
        pairs.Score(model, shape.Name, new OneReplica(), context);                   // warms up
        var scoring = Measure.Seconds(() => pairs.Score(model, shape.Name, new OneReplica(), context)) / Examples * Batch;
        var watch = new StepWatch();
        Session(watch).Train(new DpoObjective(model, new PreferenceLoss()), pairs.Examples, null, dropout: 0);
        return Row("dpo", [.. watch.Steps.Select(seconds => Batch / (scoring + seconds))]) with
        {
            WithoutScoring = Measure.Median(watch.Steps.Select(seconds => Batch / seconds)),
        };
    }

    private TrainRow Row(string mode, double[] rates) =>
        new(shape.Name, dtype, mode, Batch, Measure.Median(rates), [rates.Min(), rates.Max()]);

    private int[] Ids(int row, int count) => shape.RandomIds((ulong)row, count);

    private TrainingSession Session(StepWatch watch) => new(model, Recipe, Context(watch));

    private RunContext Context(StepWatch watch) => new(model.Parameters.Device, new SingleProcess(), watch, cancel);
}

/// <summary>Takes the time of every step but the first.</summary>
internal sealed class StepWatch : IStageReporter
{
    private readonly List<long> ticks = [];

    public void Advance(long done) => ticks.Add(Stopwatch.GetTimestamp());

    public IEnumerable<double> Steps => ticks.Zip(ticks.Skip(1), (from, to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds).Skip(1);
}
