using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Models;
using DpoSt.Runs;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using DpoSt.Training.Resuming;

namespace DpoSt.SelfTraining;

/// <summary>Supervised fine-tuning of a model on questions with rationales.</summary>
internal static class FineTuning
{
    /// <summary>Trains the model in place; returns the last line of metrics.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="rows">Questions with rationales.</param>
    /// <param name="eval">Such as are not trained on; none evaluates nothing.</param>
    /// <param name="limits">The most tokens of a row.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="folder">Where the run resumes from, and keeps its state and metrics; of the first rank only.</param>
    /// <param name="replicas">Who trains together.</param>
    /// <param name="reporter">Told of every step.</param>
    /// <param name="cancel">Ends training after the step at work, with a checkpoint.</param>
    public static TrainingLine Run(
        ModelBundle bundle, IReadOnlyList<RationaleRow> rows, IReadOnlyList<RationaleRow> eval, TokenLimits limits, TrainingRecipe recipe,
        TrainingFolder? folder, IReplicas replicas, IStageReporter reporter, CancellationToken cancel)
    {
        var encoder = new RowEncoder(bundle.Tokenizer, bundle.Format, limits);
        TrainingLine? last = null;
        var due = eval.Count == 0 ? null : new DueEvaluation<TokenBatch>(
            Batches(Encoded(eval), recipe.EvalBatchSize), recipe, recipe.StepsFor(rows.Count), folder, replicas, reporter);
        Run(
            bundle.Model, Encoded(rows), recipe, Log, reporter.Advance, cancel, steps => folder?.CheckpointsOf(recipe, steps), replicas,
            due is null ? null : due.After);
        return last!;

        (int[] Prompt, int[] Completion)[] Encoded(IReadOnlyList<RationaleRow> of) =>
            [.. of.Select(row => encoder.Row(bundle.Format.Prompt(row.Question), bundle.Format.Target(row.Answer)))];

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
    /// <param name="evaluate">Called after each step with the steps done, those of an epoch and the objective.</param>
    public static void Run(
        ILanguageModel model, IReadOnlyList<(int[] Prompt, int[] Completion)> rows, TrainingRecipe recipe, Action<TrainingLine> log,
        Action<long> tick, CancellationToken cancel,
        Func<long, ResumeStates?>? checkpoints = null, IReplicas? replicas = null, Action<long, long, IObjective<TokenBatch>>? evaluate = null)
    {
        var objective = new SftObjective(model);
        var trainer = new Trainer<TokenBatch>(model.Parameters, objective, recipe.OptionsFor(rows.Count, model.DropoutRate), replicas ?? new OneReplica());
        var order = OrderOf(rows, recipe);
        trainer.Run(
            step => [.. order.At(step).Chunk(recipe.BatchSize).Select(part => Batch(rows, part))], log, tick, cancel,
            checkpoints?.Invoke(order.StepsPerEpoch), step => evaluate?.Invoke(step, order.StepsPerEpoch, objective));
    }

    /// <summary>The order in which rows are trained on.</summary>
    public static BatchOrder OrderOf(IReadOnlyList<(int[] Prompt, int[] Completion)> rows, TrainingRecipe recipe) =>
        recipe.OrderOf([.. rows.Select(row => (row.Prompt.Length, row.Completion.Length))]);

    private static TokenBatch Batch(IReadOnlyList<(int[] Prompt, int[] Completion)> rows, IEnumerable<int> part) =>
        TokenBatch.Of([.. part.Select(i => (rows[i].Prompt, rows[i].Completion, (long)i))]);

    // Rows of like length together: nothing is learnt from their order.
    private static Func<IEnumerable<TokenBatch>> Batches((int[] Prompt, int[] Completion)[] rows, int size)
    {
        int[][] parts = [.. Enumerable.Range(0, rows.Length).OrderBy(i => rows[i].Completion.Length).Chunk(size)];
        return () => parts.Select(part => Batch(rows, part));
    }
}
