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
    /// <param name="limits">The most tokens of a row.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="folder">Where the run resumes from, and keeps its state and metrics; of the first rank only.</param>
    /// <param name="replicas">Who trains together.</param>
    /// <param name="reporter">Told of every step.</param>
    /// <param name="cancel">Ends training after the step at work, with a checkpoint.</param>
    public static TrainingLine Run(
        ModelBundle bundle, IReadOnlyList<RationaleRow> rows, TokenLimits limits, TrainingRecipe recipe, TrainingFolder? folder,
        IReplicas replicas, IStageReporter reporter,
        CancellationToken cancel)
    {
        var encoder = new RowEncoder(bundle.Tokenizer, bundle.Format, limits);
        TrainingLine? last = null;
        Run(bundle.Model, [.. rows.Select(row => encoder.Row(bundle.Format.Prompt(row.Question), row.Answer))], recipe, Log, reporter.Advance, cancel,
            steps => folder?.CheckpointsOf(recipe, steps), replicas);
        return last!;

        void Log(TrainingLine line)
        {
            last = line;
            folder?.Log(line);
        }
    }

    /// <summary>Trains the model in place on rows of token ids.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Prompts with completions.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="log">Takes lines of metrics.</param>
    /// <param name="tick">Takes the steps done, after each.</param>
    /// <param name="cancel">Ends training after the step at work.</param>
    /// <param name="checkpoints">The run's checkpoints, given its steps an epoch; null keeps none.</param>
    /// <param name="replicas">Who trains together; null is this process alone.</param>
    public static void Run(
        ILanguageModel model, IReadOnlyList<(int[] Prompt, int[] Completion)> rows, TrainingRecipe recipe, Action<TrainingLine> log,
        Action<long> tick, CancellationToken cancel,
        Func<long, Checkpoints?>? checkpoints = null, IReplicas? replicas = null)
    {
        var trainer = new Trainer<TokenBatch>(
            model.Parameters, new SftObjective(model), recipe.OptionsFor(rows.Count, model.DropoutRate), replicas ?? new OneReplica());
        var order = OrderOf(rows, recipe);
        trainer.Run(
            step => [
                .. order.At(step).Chunk(recipe.BatchSize).Select(part => TokenBatch.Of([.. part.Select(i => (rows[i].Prompt, rows[i].Completion, (long)i))]))
            ],
            log, tick, cancel, checkpoints?.Invoke(order.StepsPerEpoch));
    }

    /// <summary>The order in which rows are trained on.</summary>
    public static BatchOrder OrderOf(IReadOnlyList<(int[] Prompt, int[] Completion)> rows, TrainingRecipe recipe) =>
        recipe.OrderOf([.. rows.Select(row => (row.Prompt.Length, row.Completion.Length))]);
}
