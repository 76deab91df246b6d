using DpoSt.Data;
using DpoSt.Runs;
using DpoSt.SelfTraining.Stages;

namespace DpoSt.Studies;

/// <summary>What a model took, with all models and samples that it comes from.</summary>
/// <param name="Run">The model's run.</param>
/// <param name="Samples">Answers that were drawn to training questions.</param>
/// <param name="FineTuningSteps">Optimizer steps of fine-tuning.</param>
/// <param name="PreferenceSteps">Optimizer steps on pairs.</param>
internal sealed record RunBudget(string Run, long Samples, long FineTuningSteps, long PreferenceSteps)
{
    /// <summary>Counts over the stages that a finished run's model was made by.</summary>
    internal static RunBudget Of(string run, string model, IReadOnlyList<IStage> stages)
    {
        var (asked, done) = (new Queue<string>([model]), new HashSet<IStage>(ReferenceEqualityComparer.Instance));
        while (asked.TryDequeue(out var path))
        {
            foreach (var maker in stages.Where(stage => stage.Outputs.Contains(path, StringComparer.Ordinal)).Where(done.Add))
            {
                maker.Inputs.Select(input => input.Path).ToList().ForEach(asked.Enqueue);
            }
        }

        return new RunBudget(
            run,
            done.OfType<SampleStage>().Sum(stage => (long)stage.Questions.Load().Count * stage.Samples.Count)
                + done.OfType<ITrainingStage>().Sum(stage =>
                    stage.Resampling is { } again ? again.AnswersIn(StepsOf(stage), again.Questions.Load().Count) : 0),
            Steps(isDpo: false), Steps(isDpo: true));

        long Steps(bool isDpo) => done.OfType<ITrainingStage>().Where(stage => stage.IsDpo == isDpo).Sum(StepsOf);

        static long StepsOf(ITrainingStage stage) => stage.Settings.Recipe.StepsFor(JsonLines.Read(stage.Data).Count());
    }
}
