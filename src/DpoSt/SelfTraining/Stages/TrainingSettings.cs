using DpoSt.Text.Chat;
using DpoSt.Answering;
using DpoSt.Runs;
using DpoSt.SelfTraining.Resampling;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Stages;

/// <summary>How a stage trains.</summary>
internal sealed record TrainingSettings(TrainingRecipe Recipe, TokenLimits Limits, PromptOptions Prompt)
{
    /// <summary>What a training takes, in words.</summary>
    /// <param name="stage">The training.</param>
    /// <param name="context">Where it would train.</param>
    /// <param name="examples">How many it has; null where they are not made yet.</param>
    public string Cost(ITrainingStage stage, RunContext context, int? examples)
    {
        var batch = Recipe.BatchSize * Recipe.GradientAccumulation;
        var steps = Recipe.MaxSteps > 0 || examples is not null
            ? $"{Recipe.StepsFor(examples ?? 0)} steps of {batch} examples"
            : Invariant($"{Recipe.Epochs} epochs, {batch} examples a step, over examples that are not made yet");
        steps += Recipe.MaxSteps > 0 || examples is not null
            ? ResamplingOptions.Cost(stage.Resampling, () => Recipe.StepsFor(examples ?? 0)) : "";
        return examples is not null && !context.Fresh
            && TrainingFolder.Standing(stage.To, Provenance.Of(stage.Options, stage.Inputs)) is { } standing
            ? $"{steps}, {standing}"
            : steps;
    }

    /// <summary>Says that nothing is evaluated where a file that should be has nothing in it.</summary>
    public static void NoteIfNone(int count, string unit, string file, IStageReporter reporter)
    {
        if (count == 0)
        {
            reporter.Note($"{Shown.Path(file)} holds no {unit} to evaluate on, so nothing is evaluated.");
        }
    }
}

/// <summary>A stage that trains a model.</summary>
internal interface ITrainingStage : IStage
{
    /// <summary>The folder of the model it starts from.</summary>
    string From { get; }

    /// <summary>The folder of the model that comes out.</summary>
    string To { get; }

    /// <summary>Its rows or pairs.</summary>
    string Data { get; }

    /// <summary>Whether it learns from pairs.</summary>
    bool IsDpo { get; }

    /// <summary>How it trains.</summary>
    TrainingSettings Settings { get; }

    /// <summary>How it asks its model anew while it trains; null where it does not.</summary>
    ResamplingOptions? Resampling { get; }

    bool IStage.IsShared => true;

    bool IStage.IsModel => true;

    bool IStage.IsKept => true;

    IReadOnlyList<string> IStage.Outputs => [To];

    void IStage.WhenDone(Provenance made) => TrainingFolder.RemoveLeftovers(To, made);
}
