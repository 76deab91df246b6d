using DpoSt.Answering;
using DpoSt.Configuration;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Training;
using DpoSt.Training.Objectives;

namespace DpoSt.SelfTraining;

/// <summary>A whole run of self-training, as its configuration asks for it.</summary>
public sealed record LoopPlan
{
    /// <summary>The experiment's name: folders and the results file are called after it.</summary>
    public required string ExpName { get; init; }

    /// <summary>The model every fine-tuning starts from.</summary>
    public required string BaseModel { get; init; }

    /// <summary>The folder of the runs' models, such as <c>ft_models/t5</c>.</summary>
    public required string ModelsFolder { get; init; }

    /// <summary>The folder of the runs' samples, such as <c>model_outputs/t5</c>.</summary>
    public required string OutputsFolder { get; init; }

    /// <summary>The experiment's results, such as <c>results/t5.json</c>; the run's ledger lies beside it.</summary>
    public required string ResultsFile { get; init; }

    /// <summary>What keeps a second process out of the experiment.</summary>
    public required string LockFile { get; init; }

    /// <summary>Questions with rationales.</summary>
    public required string TrainFile { get; init; }

    /// <summary>Questions with rationales that fine-tuning evaluates, where its recipe wants that.</summary>
    public string? DevFile { get; init; }

    /// <summary>Further questions with final answers only, or null.</summary>
    public string? PoolFile { get; init; }

    /// <summary>What models are evaluated on: names and files; the first is the one the final table compares.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> TestSets { get; init; }

    /// <summary>How often to go round.</summary>
    public int Iterations { get; init; } = 3;

    /// <summary>Samples a question for preference pairs (the paper's M).</summary>
    public int PairSamples { get; init; } = 5;

    /// <summary>Samples a question for pseudo-labels (the paper's K).</summary>
    public int PseudoLabelSamples { get; init; } = 3;

    /// <summary>Samples a question in evaluation; zero leaves pass@k out.</summary>
    public int EvalSamples { get; init; } = 5;

    /// <summary>Whether to train the paper's baseline besides: self-training without DPO, with the same number of samples.</summary>
    public bool Baseline { get; init; } = true;

    /// <summary>How to fine-tune.</summary>
    public required TrainingRecipe Sft { get; init; }

    /// <summary>Limits of rows in fine-tuning.</summary>
    public required TokenLimits SftLimits { get; init; }

    /// <summary>How to tune on preferences.</summary>
    public required TrainingRecipe Dpo { get; init; }

    /// <summary>Limits of rows in preference tuning.</summary>
    public required TokenLimits DpoLimits { get; init; }

    /// <summary>What preference tuning minimises.</summary>
    public PreferenceLoss Loss { get; init; } = new();

    /// <summary>The most tokens of an answer.</summary>
    public int MaxNewTokens { get; init; } = 300;

    /// <summary>Rows decoded together.</summary>
    public int Slots { get; init; } = GenerationOptions.DefaultSlots;

    /// <summary>Whether the calculator writes results while sampling and in the main evaluation.</summary>
    public bool UseCalculator { get; init; } = true;

    /// <summary>Whether answers are computed with products in bfloat16.</summary>
    public bool Bf16Answers { get; init; }

    /// <summary>The sampling temperature.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Only the k likeliest tokens are drawn from.</summary>
    public int TopK { get; init; } = 50;

    /// <summary>The nucleus.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>How samples become pairs and pseudo-labels.</summary>
    public SelectionOptions Selection { get; init; } = new();

    /// <summary>Keys the sampling.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Whether to keep the reference's peculiarities (<c>compat: reference</c>).</summary>
    public bool ReferenceText { get; init; }

    /// <summary>The options in effect of <c>run</c>, <c>sft</c> and <c>dpo</c>: what the run's record keeps.</summary>
    public IReadOnlyDictionary<string, ExperimentOptions> Configuration { get; init; } = new Dictionary<string, ExperimentOptions>(StringComparer.Ordinal);

    /// <summary>The plan of configuration files: the run's says how often and on what, the stages' say how.</summary>
    public static LoopPlan From(ExperimentOptions run, ExperimentOptions sft, ExperimentOptions dpo, RunPaths paths) =>
        ConfiguredRecipes.Loop(run, sft, dpo, paths);

    /// <summary>What is done, and what it was done with.</summary>
    internal string LedgerFile => Path.ChangeExtension(ResultsFile, ".ledger.json");

    /// <summary>The folder of a run's model.</summary>
    internal string ModelOf(string run) => Path.Combine(ModelsFolder, run);

    /// <summary>The folder of a run's samples of a split.</summary>
    internal string OutputsOf(string run, string split = "train") => Path.Combine(OutputsFolder, run, split);

    /// <summary>How answers are decoded at a temperature.</summary>
    internal AnswerOptions Answers(double temperature, bool calculator) =>
        new(SftLimits.Prompt, MaxNewTokens, Slots, calculator, temperature, TopK, TopP, Seed, Bf16Answers);
}
