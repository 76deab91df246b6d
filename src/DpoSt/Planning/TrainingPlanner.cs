using DpoSt.Answering;
using DpoSt.Data.PaperFormats;
using DpoSt.Hub;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Costs;
using DpoSt.SelfTraining.Sessions;
using DpoSt.SelfTraining.Stages;
using DpoSt.Text.Tokenizers;
using DpoSt.Training;

namespace DpoSt.Planning;

/// <summary>Works out what training takes: where the examples are there, every micro-batch is laid as the trainer will lay it.</summary>
internal static class TrainingPlanner
{
    /// <summary>The plan of a stage.</summary>
    /// <param name="stage">The stage; its examples need not be made yet.</param>
    /// <param name="model">The folder of the model that it starts from, or of one that is like it.</param>
    /// <exception cref="UserErrorException">The model has no config.json of a supported family, or the data cannot be read.</exception>
    public static TrainingPlan Plan(ITrainingStage stage, string model)
    {
        CheckModel(model);
        var costs = ModelFolder.CostsOf(model, stage.Settings.Recipe.Compute);
        var (recipe, examples) = (stage.Settings.Recipe, Examples(stage, model));
        var dropout = recipe.Dropout ?? (stage.IsDpo ? 0 : costs.DropoutRate);
        var (largest, memory, flops, blocks) = examples is null
            ? Uniform(costs, Longest(stage, costs), recipe, dropout)
            : Laid(costs, examples, recipe, dropout);
        long? steps = examples is not null ? recipe.StepsFor(examples.Length) : recipe.MaxSteps > 0 ? recipe.MaxSteps : null;
        var unknown = FileSet.Exists(stage.Data) ? $"{Shown.Path(model)} has no tokenizer" : $"{Shown.Path(stage.Data)} is not there yet";
        return new TrainingPlan(costs, recipe.Compute, largest, dropout)
        {
            Stages = [stage.Name],
            Objective = stage.IsDpo ? "dpo" : "sft",
            Model = model,
            Parameters = costs.Specs.Sum(s => s.Count),
            Examples = examples?.Length,
            Lengths = examples is not null
                ? $"those of {Shown.Path(stage.Data)}"
                : $"the longest that the configuration allows ({unknown})",
            BatchSize = recipe.BatchSize,
            GradientAccumulation = recipe.GradientAccumulation,
            Memory = memory,
            Steps = steps,
            FlopsPerStep = flops,
            RecomputedFlopsPerStep = blocks,
            Flops = steps * flops + (stage.IsDpo && examples is not null ? Scoring(costs, examples) : 0),
        };
    }

    private static void CheckModel(string folder)
    {
        if (!AdapterFolder.Is(folder) && !File.Exists(Path.Combine(folder, CheckpointFiles.Config)))
        {
            throw new UserErrorException(
                $"{folder}: there is no config.json of a model here, and a plan needs its shapes (not its weights); "
                + "where model.model_path names a model of a hub, download it first "
                + $"(dpost download REPO --local-dir {Shown.Path(folder)}), "
                + "and where a stage makes it, run that stage or plan with model.model_path=MODEL of the same shape.");
        }
    }

    // The lengths of a stage's examples; null where they cannot be known.
    private static PromptShape[]? Examples(ITrainingStage stage, string model)
    {
        if (!FileSet.Exists(stage.Data) || !TokenizerLoader.IsIn(model))
        {
            return null;
        }

        var encoder = RowEncoder.Of(model, stage.Settings.Prompt, stage.Settings.Limits);
        PromptShape[] found = stage is DpoStage dpo
            ? [
                .. dpo.Pairs()
                    .Select(p => encoder.Prepared(p)).Select(p => encoder.Pair(p.Prompt, p.Chosen, p.Rejected))
                    .Select(p => new PromptShape(p.Prompt.Length, [p.Chosen.Length, p.Rejected.Length]))
            ]
            : [
                .. RationaleFile.Read(stage.Data, (stage as SftStage)?.Columns)
                    .Select(encoder.Row)
                    .Select(r => new PromptShape(r.Prompt.Length, [r.Completion.Length]))
            ];
        return found.Length > 0 ? found : throw new UserErrorException($"{stage.Data}: there is no row to train on.");
    }

    // A causal model's row is only cut where prompt and completion together are too long, and then to the other two limits.
    private static PromptShape Longest(ITrainingStage stage, IModelCosts costs)
    {
        var limits = stage.Settings.Limits;
        var completion = costs.IsCausal ? Math.Max(limits.Completion, limits.Total - limits.Prompt) : limits.Completion;
        return new PromptShape(limits.Prompt, stage.IsDpo ? [completion, completion] : [completion]);
    }

    // The operations are those of an average step: all of them, and what computing blocks again takes or would take.
    private static (BatchShape Largest, TrainingMemory Memory, double Flops, double Blocks) Uniform(
        IModelCosts costs, PromptShape longest, TrainingRecipe recipe, double dropout)
    {
        var batch = new BatchShape([.. Enumerable.Repeat(longest, recipe.BatchSize)]);
        var (flops, blocks) = Flops(costs, batch, recipe);
        return (
            batch, TrainingMemory.Of(costs, batch, recipe.Compute, dropout > 0), recipe.GradientAccumulation * flops,
            recipe.GradientAccumulation * blocks);
    }

    private static (BatchShape Largest, TrainingMemory Memory, double Flops, double Blocks) Laid(
        IModelCosts costs, PromptShape[] examples, TrainingRecipe recipe, double dropout)
    {
        var steps = recipe.StepsFor(examples.Length);
        var (sum, largest) = ((Flops: 0.0, Blocks: 0.0), (Batch: (BatchShape?)null, Memory: new TrainingMemory(0, 0, 0, 0, 0)));
        for (var (step, order) = (0L, recipe.OrderOf([.. examples.Select(e => (e.Prompt, e.Completions.Max()))])); step < steps; step++)
        {
            foreach (var part in order.At(step).Chunk(recipe.BatchSize))
            {
                var batch = new BatchShape([.. part.Select(i => examples[i])]);
                var (flops, blocks) = Flops(costs, batch, recipe);
                sum = (sum.Flops + flops, sum.Blocks + blocks);
                var memory = TrainingMemory.Of(costs, batch, recipe.Compute, dropout > 0);
                largest = memory.Peak > largest.Memory.Peak ? (batch, memory) : largest;
            }
        }

        return (largest.Batch!, largest.Memory, sum.Flops / steps, sum.Blocks / steps);
    }

    private static (double All, double Blocks) Flops(IModelCosts costs, BatchShape batch, TrainingRecipe recipe)
    {
        var forward = costs.Forward(batch, recipe.Bf16, dropout: false);
        return (TrainingMemory.Flops(forward, recipe.Compute), forward.BlockFlops);
    }

    // Once a pair, forward only.
    private static double Scoring(IModelCosts costs, PromptShape[] examples) =>
        examples.OrderBy(e => e.Completions.Max())
            .Chunk(EncodedPairs.ScoringBatch)
            .Sum(part => costs.Forward(new BatchShape(part), bf16: false, dropout: false).Flops);
}
