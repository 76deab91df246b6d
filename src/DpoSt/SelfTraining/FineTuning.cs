using DpoSt.Data;
using DpoSt.Models;
using DpoSt.Parallel;
using DpoSt.Training;

namespace DpoSt.SelfTraining;

/// <summary>Supervised fine-tuning of a model on questions with rationales.</summary>
internal static class FineTuning
{
    /// <summary>Trains the model in place; returns the last line of metrics.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="rows">Questions with rationales in the model's format.</param>
    /// <param name="limits">The most tokens of a row.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="folder">Where the run resumes from, and keeps its state and metrics; of the first rank only.</param>
    /// <param name="group">Who trains together.</param>
    /// <param name="reporter">Told of every step.</param>
    /// <param name="cancel">Ends training after the step at work, with a checkpoint.</param>
    public static TrainingLine Run(
        ModelBundle bundle, IReadOnlyList<RationaleRow> rows, TokenLimits limits, TrainingRecipe recipe, TrainingFolder? folder, IProcessGroup group, IStageReporter reporter,
        CancellationToken cancel)
    {
        var encoder = new RowEncoder(bundle.Tokenizer, bundle.Format, limits);
        var examples = rows.Select((row, i) => (Row: encoder.Row(bundle.Format.Prompt(row.Question), row.Answer), i)).Select(e => (e.Row.Prompt, e.Row.Completion, Example: (long)e.i)).ToArray();
        var options = recipe.OptionsFor(examples.Length, bundle.Model.DropoutRate);
        var trainer = new Trainer<TokenBatch>(bundle.Model.Parameters, new SftObjective(bundle.Model), options, DataParallel.Of(group, bundle.Model.Parameters));
        var order = new BatchOrder([.. examples.Select(e => e.Prompt.Length + e.Completion.Length)], recipe.BatchSize * recipe.GradientAccumulation, recipe.LengthWindow, (ulong)recipe.Seed);
        TrainingLine? last = null;
        trainer.Run(
            step => [.. order.At(step).Chunk(recipe.BatchSize).Select(part => TokenBatch.Of([.. part.Select(i => examples[i])]))],
            line =>
            {
                last = line;
                folder?.Log(line);
            },
            reporter.Advance,
            cancel,
            folder?.CheckpointsOf(recipe, order.StepsPerEpoch));
        return last!;
    }
}
