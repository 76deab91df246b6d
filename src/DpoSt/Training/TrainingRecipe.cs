using System.Text.Json.Serialization;
using DpoSt.Models;
using DpoSt.Models.Adapters;
using DpoSt.Training.Resuming;

namespace DpoSt.Training;

/// <summary>How long and how hard to train, before the number of examples is known. Names follow transformers' TrainingArguments.</summary>
internal sealed record TrainingRecipe
{
    /// <summary>Examples a micro-batch.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Micro-batches an optimizer step.</summary>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>Passes over the examples, where <see cref="MaxSteps"/> does not say.</summary>
    public double Epochs { get; init; } = 3;

    /// <summary>Optimizer steps; overrides <see cref="Epochs"/> where positive.</summary>
    public long MaxSteps { get; init; } = -1;

    /// <summary>The peak learning rate.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>One of <see cref="LearningRateSchedule.Kinds"/>.</summary>
    public string Schedule { get; init; } = "linear";

    /// <summary>The part of all steps that warms up, where <see cref="WarmupSteps"/> does not say.</summary>
    public double WarmupRatio { get; init; }

    /// <summary>Warm-up steps; overrides the ratio where positive.</summary>
    public long WarmupSteps { get; init; }

    /// <summary>The floor of cosine_with_min_lr, as a part of the peak.</summary>
    public double MinRateRatio { get; init; }

    /// <summary>Waves of a cosine, or its hard restarts; null is transformers' default.</summary>
    public double? Cycles { get; init; }

    /// <summary>The exponent of polynomial.</summary>
    public double Power { get; init; } = 1;

    /// <summary>Where polynomial ends.</summary>
    public double EndRate { get; init; } = 1e-7;

    /// <summary>The optimizer's numbers.</summary>
    public AdamWOptions AdamW { get; init; } = new();

    /// <summary>Gradients are scaled down to this norm.</summary>
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>The dropout probability; null takes the model's own.</summary>
    public double? Dropout { get; init; }

    /// <summary>Keys order and dropout.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Steps between log lines.</summary>
    [JsonIgnore]
    public int LogEvery { get; init; } = 10;

    /// <summary>Steps whose examples are grouped by length; 1 keeps a plain shuffle.</summary>
    public int LengthWindow { get; init; } = 8;

    /// <summary>Average the means of micro-batches, as the paper's code does.</summary>
    public bool MeanOfMeans { get; init; }

    /// <summary>Whether products are computed in bfloat16. It changes what is learnt; the key of an fp32 stage does not name it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Bf16 { get; init; }

    /// <summary>Whether blocks are computed again in the backward pass instead of being kept for it; the same bits are learnt.</summary>
    [JsonIgnore]
    public bool GradientCheckpointing { get; init; }

    /// <summary>The adapter that is trained in place of all weights; null trains them all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoraOptions? Lora { get; init; }

    /// <summary>Whether metrics are written for TensorBoard too.</summary>
    [JsonIgnore]
    public bool TensorBoard { get; init; }

    /// <summary>When training saves its state. What is ignored here changes nothing that is learnt, so no stage's key names it.</summary>
    [JsonIgnore]
    public ResumePolicy Resume { get; init; } = new();

    /// <summary>When examples that are not trained on are evaluated.</summary>
    [JsonIgnore]
    public StepInterval Evaluation { get; init; } = new();

    /// <summary>Examples of a batch of evaluation.</summary>
    [JsonIgnore]
    public int EvalBatchSize { get; init; } = 8;

    /// <summary>Whether anything is evaluated while the model trains.</summary>
    [JsonIgnore]
    internal bool Evaluates => Evaluation != new StepInterval();

    /// <summary>How the model computes while it trains.</summary>
    [JsonIgnore]
    internal TrainingCompute Compute => new(Bf16, GradientCheckpointing, Lora: Lora);

    /// <summary>Optimizer steps over this many examples.</summary>
    internal long StepsFor(int examples)
    {
        var batch = BatchSize * GradientAccumulation;
        return MaxSteps > 0 ? MaxSteps : Math.Max(1, (long)Math.Ceiling(Epochs * ((examples + batch - 1) / batch)));
    }

    /// <summary>The order in which examples of these lengths are trained on, from a step on.</summary>
    internal BatchOrder OrderOf(IReadOnlyList<(int Prompt, int Completion)> lengths, long from = 0) =>
        new(
            lengths, BatchSize * GradientAccumulation, BatchSize, LengthWindow,
            from == 0 ? (ulong)Seed : CounterRandom.Bits((ulong)Seed, (ulong)from));

    /// <summary>The trainer's options over this many examples.</summary>
    internal TrainerOptions OptionsFor(int examples, double modelDropout)
    {
        var steps = StepsFor(examples);
        var warmup = WarmupSteps > 0 ? WarmupSteps : LearningRateSchedule.WarmupOf(WarmupRatio, steps);
        var schedule = new LearningRateSchedule(Schedule, LearningRate, steps, warmup, MinRateRatio, Cycles, Power, EndRate);
        return new TrainerOptions(steps, schedule, AdamW, MaxGradNorm, Dropout ?? modelDropout, (ulong)Seed, LogEvery, MeanOfMeans);
    }
}
