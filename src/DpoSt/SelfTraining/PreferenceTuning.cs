using DpoSt.Answering;
using DpoSt.Models;
using DpoSt.Runs;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using DpoSt.Training.Resuming;

namespace DpoSt.SelfTraining;

/// <summary>Preference tuning of a model on pairs; the reference is the model as it comes.</summary>
internal static class PreferenceTuning
{
    /// <summary>Trains the model in place; returns the last line of metrics.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="train">Pairs to learn from, scored.</param>
    /// <param name="eval">Pairs to evaluate on, scored; null evaluates nothing.</param>
    /// <param name="loss">What to minimise.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="folder">Where the run resumes from, and keeps its state and metrics; of the first rank only.</param>
    /// <param name="replicas">Who trains together.</param>
    /// <param name="reporter">Told of every step.</param>
    /// <param name="cancel">Ends training after the step at work, with a checkpoint.</param>
    public static TrainingLine Run(
        ModelBundle bundle, EncodedPairs train, EncodedPairs? eval, PreferenceLoss loss, TrainingRecipe recipe, TrainingFolder? folder,
        IReplicas replicas, IStageReporter reporter, CancellationToken cancel)
    {
        TrainingLine? last = null;
        var due = eval is null ? null : new DueEvaluation<PreferenceBatch>(
            () => Enumerable.Range(0, eval.Count).Chunk(recipe.EvalBatchSize).Select(eval.Batch), recipe, recipe.StepsFor(train.Count), folder, replicas, reporter);
        Run(
            bundle.Model, train, loss, recipe, Log, reporter.Advance, cancel, steps => folder?.CheckpointsOf(recipe, steps),
            due is null ? null : due.After, replicas);
        return last!;

        void Log(TrainingLine line)
        {
            last = line;
            folder?.Log(line);
        }
    }

    /// <summary>Trains the model in place on pairs that are scored.</summary>
    /// <param name="model">The policy.</param>
    /// <param name="train">Pairs to learn from.</param>
    /// <param name="loss">What to minimise.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="log">Takes lines of metrics.</param>
    /// <param name="tick">Takes the steps done, after each.</param>
    /// <param name="cancel">Ends training after the step at work.</param>
    /// <param name="checkpoints">The run's checkpoints, given its steps an epoch; null keeps none.</param>
    /// <param name="evaluate">Called after each step with the steps done, those of an epoch and the objective.</param>
    /// <param name="replicas">Who trains together; null is this process alone.</param>
    public static void Run(
        ILanguageModel model, EncodedPairs train, PreferenceLoss loss, TrainingRecipe recipe, Action<TrainingLine> log, Action<long> tick,
        CancellationToken cancel, Func<long, ResumeStates?>? checkpoints = null, Action<long, long, IObjective<PreferenceBatch>>? evaluate = null,
        IReplicas? replicas = null)
    {
        var options = recipe.OptionsFor(train.Count, modelDropout: 0);       // the policy is compared with the reference: no dropout
        var objective = new DpoObjective(model, loss);
        var trainer = new Trainer<PreferenceBatch>(model.Parameters, objective, options, replicas ?? new OneReplica());
        var order = recipe.OrderOf(train.Lengths);
        trainer.Run(
            step => [.. order.At(step).Chunk(recipe.BatchSize).Select(train.Batch)], log, tick, cancel, checkpoints?.Invoke(order.StepsPerEpoch),
            step => evaluate?.Invoke(step, order.StepsPerEpoch, objective));
    }
}
