using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Models;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Text.Tokenizers;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.Benchmarks;

/// <summary>One line of a measurement on real rows.</summary>
/// <param name="Model">t5 or llama.</param>
/// <param name="Dtype">fp32 or bf16: the type of matrix products.</param>
/// <param name="Mode">sft.</param>
/// <param name="Batch">Examples an optimizer step.</param>
/// <param name="ExamplesPerS">Examples a second as <c>dpost sft</c> trains: grouped by length; the median of the runs.</param>
/// <param name="PaddedPerS">In random order, each micro-batch padded to its longest row.</param>
/// <param name="Ratio">The median over pairs of runs.</param>
internal sealed record RealRowsRow(
    string Model, string Dtype, string Mode, int Batch, double ExamplesPerS, double PaddedPerS, double Ratio);

/// <summary>An epoch of fine-tuning on real rows at the paper's batch size (96 examples, in micro-batches of 12), as <c>dpost sft</c> does
/// it, against the same rows in random order with every micro-batch filled up to its longest row.</summary>
internal sealed class RealRowsBench(
    BenchModel shape, string dtype, ILanguageModel model, ITokenizer tokenizer, IReadOnlyList<RationaleRow> rows, CancellationToken cancel)
{
    private const int MicroBatch = 12;
    private const int MicroBatches = 8;

    private static readonly TrainingRecipe Grouped = new() { BatchSize = MicroBatch, GradientAccumulation = MicroBatches, Epochs = 1 };

    public RealRowsRow Run(int runs)
    {
        var encoder = new RowEncoder(tokenizer, shape.Format, TokenLimits.None);
        var encoded = rows.Select(encoder.Row).ToArray();
        var random = Grouped with { LengthWindow = 1 };
        var padded = Padded(encoded, random);
        Train(encoded, Grouped with { MaxSteps = 1 });                                                   // warms up
        var times = Enumerable.Range(0, runs).Select(_ => (Ours: Seconds(encoded, Grouped), Padded: Seconds(padded, random))).ToArray();
        return new RealRowsRow(
            shape.Name, dtype, "sft", MicroBatch * MicroBatches, encoded.Length / Measure.Median(times.Select(t => t.Ours)),
            encoded.Length / Measure.Median(times.Select(t => t.Padded)),
            Measure.Median(times.Select(t => t.Padded / t.Ours)));
    }

    private double Seconds((int[] Prompt, int[] Completion)[] examples, TrainingRecipe recipe) =>
        Measure.Seconds(() => Train(examples, recipe));

    private void Train((int[] Prompt, int[] Completion)[] examples, TrainingRecipe recipe) =>
        new TrainingSession(model, recipe, new RunContext(model.Parameters.Device, new SingleProcess(), new StepWatch(), cancel)).Train(
            new SftObjective(model), EncodedRows.Of(examples), null, model.DropoutRate);

    // What is learnt from the filling does not matter here: it costs what padding costs.
    private static (int[] Prompt, int[] Completion)[] Padded((int[] Prompt, int[] Completion)[] examples, TrainingRecipe recipe)
    {
        var filled = new (int[] Prompt, int[] Completion)[examples.Length];
        var order = recipe.OrderOf(EncodedRows.Of(examples).Lengths);
        foreach (var part in Enumerable.Range(0, (int)order.StepsPerEpoch).SelectMany(step => order.At(step).Chunk(recipe.BatchSize)))
        {
            var (prompt, completion) = (part.Max(i => examples[i].Prompt.Length), part.Max(i => examples[i].Completion.Length));
            foreach (var i in part)
            {
                filled[i] = (Filled(examples[i].Prompt, prompt), Filled(examples[i].Completion, completion));
            }
        }

        return filled;
    }

    private static int[] Filled(int[] ids, int length) => [.. ids, .. Enumerable.Repeat(ids[^1], length - ids.Length)];
}
