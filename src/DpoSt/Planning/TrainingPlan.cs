using DpoSt.Models;
using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;
using DpoSt.Training;
using static System.FormattableString;

namespace DpoSt.Planning;

/// <summary>
/// What a training stage will take, before it begins: from config.json, the configuration, and the lengths of its examples where they are
/// there.
/// </summary>
internal sealed record TrainingPlan
{
    internal TrainingPlan(IModelCosts costs, TrainingCompute compute, BatchShape largest, double dropout) =>
        (Costs, Compute, Largest, Dropout) = (costs, compute, largest, dropout);

    /// <summary>The stage, or several that are alike, such as <c>sft-0</c>.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    /// <summary><c>sft</c> or <c>dpo</c>.</summary>
    public required string Objective { get; init; }

    /// <summary>The folder of the model it starts from.</summary>
    public required string Model { get; init; }

    /// <summary>Trainable numbers.</summary>
    public required long Parameters { get; init; }

    /// <summary>Rows, or pairs; null where they are not made yet.</summary>
    public int? Examples { get; init; }

    /// <summary>Where the lengths come from, in words.</summary>
    public required string Lengths { get; init; }

    /// <summary>Examples of a micro-batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Micro-batches of a step.</summary>
    public required int GradientAccumulation { get; init; }

    /// <summary>The longest prompt and completion of the largest micro-batch, in tokens.</summary>
    public (int Prompt, int Completion) Longest => (Largest.PromptWidth, Largest.CompletionWidth);

    /// <summary>Whether products are in bfloat16.</summary>
    public bool Bf16 => Compute.Bf16;

    /// <summary>Whether blocks are computed again in the backward pass.</summary>
    public bool GradientCheckpointing => Compute.RecomputesBlocks;

    /// <summary>At the largest micro-batch.</summary>
    public required TrainingMemory Memory { get; init; }

    /// <summary>Optimizer steps; null where they depend on examples that are not made yet.</summary>
    public long? Steps { get; init; }

    /// <summary>Floating point operations of an optimizer step, on average.</summary>
    public required double FlopsPerStep { get; init; }

    /// <summary>Those of computing blocks again, in a step.</summary>
    internal double RecomputedFlopsPerStep { get; init; }

    /// <summary>Those of all steps, and of the reference's log-probabilities before them; null where the steps are not known.</summary>
    public double? Flops { get; init; }

    internal IModelCosts Costs { get; }

    internal TrainingCompute Compute { get; }

    internal BatchShape Largest { get; }

    internal double Dropout { get; }

    /// <summary>The most examples of a micro-batch that one of so many processes computes.</summary>
    public int RowsOf(int processes) => (BatchSize + processes - 1) / processes;

    /// <summary>What each of several processes holds and sends, with the whole model on each or a shard.</summary>
    public RankPlan OnRanks(int ranks, bool shards)
    {
        var rows = RowsOf(ranks);
        var compute = shards && ranks > 1 ? Compute with { RecomputesBlocks = true, Shard = new ParameterShard(0, ranks) } : Compute;
        var again = compute.RecomputesBlocks && !Compute.RecomputesBlocks ? RecomputedFlopsPerStep : 0;
        return new RankPlan(
            ranks, rows, MemoryOf(rows, compute),
            compute.Shard is null ? RankTraffic.Whole(Costs, ranks) : RankTraffic.Sharded(Costs, ranks, GradientAccumulation))
        {
            FlopsPerStep = (FlopsPerStep + again) * rows / BatchSize,
            Updates = compute.Shard is null ? Parameters : (Parameters + ranks - 1) / ranks,
        };
    }

    /// <summary>How long the whole of it takes; null where the steps are not known. Evaluation and resume states are left out.</summary>
    public TimeSpan? Time(TrainingRate rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        return Steps is { } steps && Flops is { } flops ? rate.Time(steps, flops / steps, Parameters) : null;
    }

    /// <summary>What to do where it needs more than is free; null where it fits.</summary>
    /// <param name="free">Bytes.</param>
    /// <param name="prefix">What stands before a key of this stage on the command line: nothing, <c>sft.</c> or <c>dpo.</c></param>
    public string? Remedy(long free, string prefix)
    {
        if (Memory.Peak <= free)
        {
            return null;
        }

        if (Memory.State > free)
        {
            return "use a smaller model, or a machine with more memory: "
                + $"weights, gradients and optimizer alone take {Bytes.Text(Memory.State)}";
        }

        foreach (var (rows, again) in Ways().Where(w => Needed(w.Rows, w.Again) <= free))
        {
            string[] keys =
            [
                .. again == GradientCheckpointing ? (string[])[] : [$"++{prefix}trainer.gradient_checkpointing=true"],
                .. rows == BatchSize ? (string[])[] :
                [
                    Key("per_device_train_batch_size", rows),
                    Key("gradient_accumulation_steps", BatchSize / rows * GradientAccumulation)
                ],
            ];
            return $"set {string.Join(' ', keys)}, which needs {Bytes.Text(Needed(rows, again))}";
        }

        var limits = Objective == "sft"
            ? "data.max_src_len and data.max_tgt_len (Llama: data.model_max_length)"
            : "trainer.max_prompt_length and trainer.max_target_length (Llama: trainer.max_length)";
        return $"shorten its rows ({limits}), or use a smaller model: "
            + $"one row at a time, with gradient checkpointing, still needs {Bytes.Text(Needed(1, true))}";

        string Key(string name, int value) => Invariant($"++{prefix}trainer.{name}={value}");
    }

    // What costs least time first: smaller micro-batches cost little, computing blocks again a third more.
    private IEnumerable<(int Rows, bool Again)> Ways() =>
        from again in Enumerable.Range(0, 2).Select(round => round == 1).Where(again => again || !GradientCheckpointing)
        from rows in Enumerable.Range(1, BatchSize).Reverse().Where(rows => BatchSize % rows == 0 && rows * 4 >= (again ? 0 : BatchSize))
        select (rows, again);

    private long Needed(int rows, bool again) => MemoryOf(rows, Compute with { RecomputesBlocks = again }).Peak;

    private TrainingMemory MemoryOf(int rows, TrainingCompute compute) =>
        TrainingMemory.Of(
            Costs, new BatchShape([.. Largest.Prompts.OrderByDescending(p => p.Prompt + p.Completions.Sum()).Take(rows)]), compute,
            Dropout > 0);
}
