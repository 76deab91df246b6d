using DpoSt.Configuration;
using DpoSt.Configuration.Sections;
using DpoSt.Data.PaperFormats;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Costs;
using DpoSt.SelfTraining;

namespace DpoSt.Planning;

/// <summary>What sampling holds while it answers: the model, and room for every slot's keys and values.</summary>
/// <param name="Weights">Bytes of the weights, packed for products with few rows.</param>
/// <param name="Caches">Bytes of the caches at the longest prompts and answers that the configuration allows.</param>
/// <param name="Slots">Rows decoded together.</param>
public sealed record SamplingMemory(long Weights, long Caches, int Slots);

/// <summary>The plans of configurations: of a stage alone, or of all that a run trains.</summary>
public static class TrainingPlans
{
    /// <summary>
    /// What <see cref="SingleStages.Sft"/> or <see cref="SingleStages.Dpo"/> would train; a configuration that names the run its pairs
    /// come from is DPO's.
    /// </summary>
    /// <exception cref="UserErrorException">The model's config.json or the data cannot be read.</exception>
    public static TrainingPlan Of(ExperimentOptions options, RunPaths paths, StageConfig config)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(paths);
        var isDpo = options.Model.SftRunName is not null;
        var data = !isDpo ? paths.DataFile(options.Data.DataPath)
            : Path.Combine(
                options.Data.DataDir is { } folder ? paths.DataFile(folder) : paths.SamplesFolder(options.Model.SftRunName!, "train"),
                PreferencePairFile.Name("train"));
        new StageInputs(options, paths, config).Check(paths.ModelFolder);
        return new TrainingPlanner(options.Compat == Compatibility.Reference).Plan(new TrainingStage(
            options.Trainer.RunName, isDpo, paths.ModelFolder, data,
            isDpo ? ConfiguredRecipes.DpoLimits(options) : ConfiguredRecipes.SftLimits(options), ConfiguredRecipes.Recipe(options)));
    }

    /// <summary>What a run trains, stages that are alike together, in order.</summary>
    /// <exception cref="UserErrorException">The model's config.json or the data cannot be read.</exception>
    public static IReadOnlyList<TrainingPlan> Of(LoopPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var planner = new TrainingPlanner(plan.ReferenceText);
        return [.. Stages(plan)
            .GroupBy(s => s with { Name = "", Data = File.Exists(s.Data) ? s.Data : "" })
            .Select(alike => planner.Plan(alike.First()) with { Stages = [.. alike.Select(s => s.Name)] })];
    }

    /// <summary>What a run's sampling and evaluation hold.</summary>
    public static SamplingMemory SamplingOf(LoopPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var costs = ModelFolder.CostsOf(plan.BaseModel);
        return new SamplingMemory(
            CostUnits.ProductBytes(plan.Bf16Answers) * costs.Specs.Sum(s => s.Count),
            costs.CacheBytes(plan.Slots, plan.SftLimits.Prompt, plan.MaxNewTokens, plan.Bf16Answers), plan.Slots);
    }

    // The stages of SelfTrainingLoop that train; every model has the base model's shapes.
    private static IEnumerable<TrainingStage> Stages(LoopPlan plan)
    {
        yield return Sft("sft-0", plan.TrainFile);
        for (var n = 1; n <= plan.Iterations; n++)
        {
            yield return new TrainingStage(
                $"dpo-{n}", true, plan.BaseModel, Path.Combine(plan.OutputsOf($"sft-{n - 1}"), PreferencePairFile.Name("train")), plan.DpoLimits, plan.Dpo);
            yield return Sft($"sft-{n}", Rows($"dpo-{n}"));
            if (plan.Baseline)
            {
                yield return Sft($"st-{n}", Rows(n == 1 ? "sft-0-more" : $"st-{n - 1}"));
            }
        }

        TrainingStage Sft(string name, string data) => new(name, false, plan.BaseModel, data, plan.SftLimits, plan.Sft);
        string Rows(string run) => Path.Combine(plan.OutputsOf(run), RationaleFile.Name("train"));
    }
}
