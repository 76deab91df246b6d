using DpoSt.Text.Chat;
using DpoSt.Answering;
using DpoSt.Models;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining.Resampling;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Products;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Sessions;

/// <summary>What is to be trained, and which option a person changes to have the model elsewhere.</summary>
internal sealed record TrainingTask(
    string From, string To, TrainingRecipe Recipe, PromptOptions Prompt, string PlaceOption = "trainer.output_dir");

/// <summary>
/// One training, whatever its objective: metrics, resume states and evaluations where a folder keeps them. An objective and a type of batch
/// make the difference.
/// </summary>
/// <param name="model">What is trained, in place.</param>
/// <param name="recipe">How.</param>
/// <param name="context">Who trains together, and who is told.</param>
/// <param name="folder">Where it resumes from, and keeps its state and metrics; of the first rank only, null keeps nothing.</param>
/// <param name="replicas">Who trains together; null is this process alone.</param>
internal sealed class TrainingSession(
    ILanguageModel model, TrainingRecipe recipe, RunContext context, TrainingFolder? folder = null, IReplicas? replicas = null)
{
    /// <summary>Who trains together.</summary>
    public IReplicas Replicas { get; } = replicas ?? new OneReplica();

    /// <summary>Trains from the folder of one model to that of another; gives a sentence on what came out.</summary>
    /// <remarks>Only the first rank has a provenance; without <paramref name="load"/> the model is loaded.</remarks>
    /// <exception cref="UserErrorException">The model cannot be read, does not fit, or cannot be written.</exception>
    public static string Run(
        RunContext context, TrainingTask task, Provenance? made, Func<TrainingSession, ModelBundle, string> train,
        Func<TrainingCompute, ModelBundle>? load = null)
    {
        using var folder = made is null ? null : TrainingFolder.Open(task, made, context);
        var shard = context.Shards ? new ParameterShard(context.Group.Rank, context.Group.Size) : ParameterShard.Whole;
        // The ranks of a machine share its memory.
        CheckMemory(
            task.From, FreeMemory.Of(context.Device) / (RankEnvironment.Current?.LocalSize ?? 1),
                task.Recipe.Compute with { Shard = shard });
        Advise(context, task.Recipe);
        // What is gathered for a block must not be kept for its backward pass.
        var compute = shard.Count > 1 ? task.Recipe.Compute with { RecomputesBlocks = true, Shard = shard } : task.Recipe.Compute;
        using var bundle = load?.Invoke(compute) ?? ModelBundle.Load(task.From, task.Prompt, context, compute: compute);
        var parameters = bundle.Model.Parameters;
        if (bundle.Model.Weights is AdaptedWeights { Lora: var lora })
        {
            var count = TrainedParameters.Of(task.From, task.Recipe.Compute);
            context.NoteOnce(
                Invariant($"  an adapter of rank {lora.Options.R} is trained on {string.Join(", ", lora.Modules)}: {count}"));
        }

        var session = new TrainingSession(bundle.Model, task.Recipe, context, folder, Parallel.Replicas.Of(context.Group, parameters));
        var summary = train(session, bundle);
        session.Replicas.Collect(
            [.. parameters.Buffers.Select(b => (b.Values, b.Count))],
            whole => folder!.Finish(bundle.Model, task, session.Replicas.IsSharded ? whole : null));
        return $"{summary}; model in {Shown.Path(task.To)}";
    }

    /// <summary>Shows a row as the model sees it, and keeps it beside the metrics.</summary>
    public void ShowFirst(ShownRow row)
    {
        context.Reporter.Note(row.Summary());
        folder?.Keep(row);
    }

    /// <summary>Trains to the last step; gives its metrics. <paramref name="dropout"/> counts where the recipe has none.</summary>
    /// <param name="renewal">What takes the place of the examples as training goes on; null keeps them.</param>
    public TrainingLine Train<TBatch>(
        IObjective<TBatch> objective, Examples<TBatch> train, Examples<TBatch>? eval, double dropout, Renewal<TBatch>? renewal = null)
        where TBatch : class
    {
        TrainingLine? last = null;
        var order = recipe.OrderOf(train.Lengths);
        var rows = new RenewedExamples<TBatch>(recipe, train, renewal, LogDrawn);
        var trainer = new Trainer<TBatch>(model.Parameters, objective, recipe.OptionsFor(train.Count, dropout), Replicas);
        trainer.Run(
            rows.At, Log, context.Reporter.Advance, context.Cancel,
            folder?.ResumeStatesOf(recipe, order.StepsPerEpoch, renewal is null ? null : rows), Evaluate);
        return last!;

        void Log(TrainingLine line)
        {
            last = line;
            folder?.Log(line);
        }

        // A state saved behind the step before may be resumed from, and then this comes again: the line belongs to the step to come.
        void LogDrawn(long step, DrawnRows drawn)
        {
            folder?.Log(step + 1, drawn.Metrics);
            context.Reporter.Note($"step {step}: {drawn.Said}");
        }

        void Evaluate(long step)
        {
            if (eval is null || !recipe.Evaluation.Holds(step, order.StepsPerEpoch))
            {
                return;
            }

            var parts = Enumerable.Range(0, eval.Count).Chunk(recipe.EvalBatchSize).ToArray();
            var batches = parts.Select((part, i) =>
            {
                context.Reporter.Part("batches evaluated", i, parts.Length);
                return eval.Batch(part);
            });
            var metrics = Evaluator.Run(objective, batches, Replicas);
            folder?.Log(step, metrics);
            var shown = metrics.Select(m => Invariant($"  {m.Key} {m.Value:0.000}"));
            context.Reporter.Note($"step {step}/{recipe.StepsFor(train.Count)}{string.Concat(shown)}");
        }
    }

    /// <summary>Weights, gradients and moments must fit into what is free; whether the rest does, a plan only estimates.</summary>
    /// <exception cref="UserErrorException">They do not fit.</exception>
    internal static void CheckMemory(string model, long? free, TrainingCompute compute)
    {
        var costs = ModelFolder.CostsOf(model, compute);
        var state = costs.FrozenBytes + TrainingMemory.StateOf(costs.Specs, compute.Shard ?? ParameterShard.Whole);
        if (free is { } room && state > room)
        {
            throw new UserErrorException(
                $"{model} will not fit: its weights, gradients and optimizer alone need {Bytes.Text(state)}, {Bytes.Text(room)} is free; "
                + "use a smaller model, a machine with more memory, or an adapter (trainer.lora); dpost plan shows what training takes.");
        }
    }

    private static void Advise(RunContext context, TrainingRecipe recipe)
    {
        if (recipe.Bf16 && Bf16Product.WayOn(context.Device.type, ScalarType.BFloat16) == Bf16Way.Widened)
        {
            context.Reporter.Note(
                "  this processor multiplies no faster in bfloat16 than in float32: "
                + "without trainer.bf16 training is a little faster and more exact, "
                + "with it activations take half the memory");
        }
    }
}
