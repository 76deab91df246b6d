using DpoSt.Configuration;
using DpoSt.Configuration.Sections;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Costs;
using DpoSt.Parallel;
using DpoSt.SelfTraining;
using DpoSt.SelfTraining.Stages;

namespace DpoSt.Planning;

/// <summary>What sampling holds while it answers: the model, and room for every slot's keys and values.</summary>
/// <param name="Weights">Bytes of the weights, packed for products with few rows.</param>
/// <param name="Caches">Bytes of the caches at the longest prompts and answers that the configuration allows.</param>
/// <param name="Slots">Rows decoded together.</param>
internal sealed record SamplingMemory(long Weights, long Caches, int Slots);

/// <summary>The plans of configurations: of a stage alone, or of all that a run trains.</summary>
internal static class TrainingPlans
{
    /// <summary>What <c>dpost sft</c> would train, or <c>dpost dpo</c> where the configuration names the run its pairs come from.</summary>
    /// <exception cref="UserErrorException">The model's config.json or the data cannot be read.</exception>
    public static TrainingPlan Of(ExperimentOptions options, RunPaths paths, StageConfig config)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(paths);
        var stage = new ConfiguredStages(options, paths, config).Training();
        if (!Directory.Exists(stage.From) && new StageInputs(options, paths, config).HowToMake(stage.From) is { } advice)
        {
            throw new UserErrorException(advice);
        }

        return TrainingPlanner.Plan(stage, stage.From);
    }

    /// <summary>What a run trains, stages that are alike together, in order.</summary>
    /// <exception cref="UserErrorException">The model's config.json or the data cannot be read.</exception>
    public static IReadOnlyList<TrainingPlan> Of(LoopPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        // Every model has the base model's shapes.
        return [.. SelfTrainingLoop.Stages(plan).OfType<ITrainingStage>()
            .GroupBy(s => (s.IsDpo, s.Settings, Data: FileSet.Exists(s.Data) ? s.Data : ""))
            .Select(alike => TrainingPlanner.Plan(alike.First(), plan.BaseModel) with { Stages = [.. alike.Select(s => s.Name)] })];
    }

    /// <summary>What a run's sampling and evaluation hold.</summary>
    public static SamplingMemory SamplingOf(LoopPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var (costs, answers) = (ModelFolder.CostsOf(plan.BaseModel), plan.Answers);
        var (slots, bf16) = (answers.Decoding.Slots, answers.Bf16);
        return new SamplingMemory(
            CostUnits.ProductBytes(bf16) * costs.Specs.Sum(s => s.Count),
            costs.CacheBytes(slots, answers.MaxPromptTokens, answers.Decoding.MaxNewTokens, bf16), slots);
    }
}
