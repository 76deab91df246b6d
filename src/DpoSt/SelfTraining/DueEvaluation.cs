using System.Globalization;
using DpoSt.Runs;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.SelfTraining;

/// <summary>Evaluates examples that are not trained on whenever the recipe wants it; what comes out is kept among the metrics, and shown.</summary>
/// <param name="batches">The examples, laid anew each time.</param>
/// <param name="recipe">Says when.</param>
/// <param name="steps">Steps of the run.</param>
/// <param name="folder">Keeps the metrics; of the first rank only.</param>
/// <param name="replicas">Who evaluates together.</param>
/// <param name="reporter">Shows them.</param>
internal sealed class DueEvaluation<TBatch>(
    Func<IEnumerable<TBatch>> batches, TrainingRecipe recipe, long steps, TrainingFolder? folder, IReplicas replicas, IStageReporter reporter)
    where TBatch : class
{
    /// <summary>Evaluates after a step, where that is wanted.</summary>
    public void After(long step, long stepsPerEpoch, IObjective<TBatch> objective)
    {
        if (!recipe.Evaluation.Holds(step, stepsPerEpoch))
        {
            return;
        }

        var metrics = Evaluator.Run(objective, batches(), replicas);
        folder?.Log(step, metrics);
        var shown = metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"  {m.Key} {m.Value:0.000}"));
        reporter.Note($"step {step}/{steps}{string.Concat(shown)}");
    }
}
