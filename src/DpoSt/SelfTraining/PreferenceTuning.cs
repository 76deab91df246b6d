using System.Globalization;
using DpoSt.Parallel;
using DpoSt.Training;

namespace DpoSt.SelfTraining;

/// <summary>Preference tuning of a model on pairs; the reference is the model as it comes.</summary>
internal static class PreferenceTuning
{
    /// <summary>Trains the model in place; returns the last line of metrics.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="train">Pairs to learn from, scored.</param>
    /// <param name="eval">Pairs to evaluate on, scored; may be empty.</param>
    /// <param name="loss">What to minimise.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="folder">Where the run resumes from, and keeps its state and metrics; of the first rank only.</param>
    /// <param name="group">Who trains together.</param>
    /// <param name="reporter">Told of every step.</param>
    /// <param name="cancel">Ends training after the step at work, with a checkpoint.</param>
    public static TrainingLine Run(
        ModelBundle bundle, EncodedPairs train, EncodedPairs eval, PreferenceLoss loss, TrainingRecipe recipe, TrainingFolder? folder, IProcessGroup group, IStageReporter reporter,
        CancellationToken cancel)
    {
        var options = recipe.OptionsFor(train.Count, modelDropout: 0);       // the policy is compared with the reference: no dropout
        var objective = new DpoObjective(bundle.Model, loss);
        var replicas = DataParallel.Of(group, bundle.Model.Parameters);
        var trainer = new Trainer<PreferenceBatch>(bundle.Model.Parameters, objective, options, replicas);
        var order = new BatchOrder(train.Lengths, recipe.BatchSize * recipe.GradientAccumulation, recipe.LengthWindow, (ulong)recipe.Seed);
        TrainingLine? last = null;
        trainer.Run(
            step => [.. order.At(step).Chunk(recipe.BatchSize).Select(train.Batch)],
            line =>
            {
                last = line;
                folder?.Log(line);
            },
            reporter.Advance,
            cancel,
            folder?.CheckpointsOf(recipe, order.StepsPerEpoch),
            Evaluate);
        return last!;

        void Evaluate(long step)
        {
            if (eval.Count > 0 && recipe.Evaluation.Holds(step, order.StepsPerEpoch))
            {
                var metrics = Evaluator.Run(objective, Enumerable.Range(0, eval.Count).Chunk(recipe.EvalBatchSize).Select(eval.Batch), replicas);
                folder?.Log(step, metrics);
                reporter.Note($"step {step}/{options.TotalSteps}{string.Concat(metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"  {m.Key} {m.Value:0.000}")))}");
            }
        }
    }
}
