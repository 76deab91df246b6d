using DpoSt.Data;
using DpoSt.Models;
using DpoSt.Training;

namespace DpoSt.SelfTraining;

/// <summary>Supervised fine-tuning of a model on questions with rationales.</summary>
internal static class FineTuning
{
    /// <summary>Trains the model in place; returns the last line of metrics.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="rows">Questions with rationales in the model's format.</param>
    /// <param name="limits">The most tokens of a prompt and of a completion.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="reporter">Told of every step.</param>
    /// <param name="cancel">Ends training between two steps.</param>
    public static TrainingLine Run(
        ModelBundle bundle, IReadOnlyList<RationaleRow> rows, (int Prompt, int Completion) limits, TrainingRecipe recipe, IStageReporter reporter, CancellationToken cancel)
    {
        var encoder = new RowEncoder(bundle.Tokenizer, bundle.Format, limits.Prompt, limits.Completion);
        var examples = rows.Select((row, i) => (Prompt: encoder.Question(row.Question), Completion: encoder.Completion(row.Answer), Example: (long)i)).ToArray();
        var options = recipe.OptionsFor(examples.Length, bundle.Model.DropoutRate);
        var trainer = new Trainer<TokenBatch>(bundle.Model.Parameters, new SftObjective(bundle.Model), options);
        var order = new BatchOrder([.. examples.Select(e => e.Prompt.Length + e.Completion.Length)], recipe.BatchSize * recipe.GradientAccumulation, recipe.LengthWindow, (ulong)recipe.Seed);
        TrainingLine? last = null;
        trainer.Run(
            step => [.. order.At(step).Chunk(recipe.BatchSize).Select(part => TokenBatch.Of([.. part.Select(i => examples[i])]))],
            line => reporter.Log(last = line),
            reporter.Advance,
            cancel);
        return last!;
    }
}
