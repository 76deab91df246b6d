using DpoSt.Text.Chat;
using System.Collections.ObjectModel;
using DpoSt.Answering;
using DpoSt.Configuration;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Runs;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using DpoSt.Verification;

namespace DpoSt.SelfTraining;

/// <summary>A whole run of self-training, as its configuration asks for it.</summary>
internal sealed record LoopPlan
{
    /// <summary>Where everything goes.</summary>
    public required ExperimentFolder Folder { get; init; }

    /// <summary>The model every fine-tuning starts from.</summary>
    public required string BaseModel { get; init; }

    /// <summary>How many of the model's parameters fine-tuning changes, in words; null where the model is not there yet.</summary>
    /// <exception cref="UserErrorException">The model is of no supported family, or has no matrix that the adapter could
    /// change.</exception>
    public string? Trains => TrainedParameters.Of(BaseModel, Sft.Compute);

    /// <summary>Questions with rationales.</summary>
    public required string TrainFile { get; init; }

    /// <summary>Questions with rationales that fine-tuning evaluates, where its recipe wants that.</summary>
    public string? DevFile { get; init; }

    /// <summary>Further questions with final answers only, or null.</summary>
    public string? PoolFile { get; init; }

    /// <summary>What models are evaluated on: names and files; the first is the one the final table compares.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> TestSets { get; init; }

    /// <summary>The larger model whose right answers the warm-up learns too; null is none.</summary>
    public TeacherPlan? Teacher { get; init; }

    /// <summary>How often to go round.</summary>
    public int Iterations { get; init; } = 3;

    /// <summary>Samples a question for preference pairs (the paper's M).</summary>
    public int PairSamples { get; init; } = 5;

    /// <summary>Samples a question for pseudo-labels (the paper's K).</summary>
    public int PseudoLabelSamples { get; init; } = 3;

    /// <summary>Samples a question, each iteration, of the baseline; null is those of pairs and of pseudo-labels together.</summary>
    public int? BaselineSamples { get; init; }

    /// <summary>Whose samples join those of the newest model.</summary>
    public EarlierSamples EarlierSamples { get; init; }

    /// <summary>The temperatures that samples of training questions have in turn; null is that of <see cref="Answers"/>.</summary>
    public IReadOnlyList<double>? Temperatures { get; init; }

    /// <summary>Which model an iteration ends with.</summary>
    public LoopResult Result { get; init; }

    /// <summary>How preference tuning asks its policy anew; null where it does not.</summary>
    public ResamplingPlan? DpoResampling { get; init; }

    /// <summary>How every fine-tuning but the warm-up does; null where it does not.</summary>
    public ResamplingPlan? SftResampling { get; init; }

    /// <summary>Samples a question in evaluation; zero leaves pass@k out.</summary>
    public int EvalSamples { get; init; } = 5;

    /// <summary>Whether to train the paper's baseline too: self-training without DPO.</summary>
    public bool Baseline { get; init; } = true;

    /// <summary>How to fine-tune.</summary>
    public required TrainingRecipe Sft { get; init; }

    /// <summary>Optimizer steps of the warm-up; null is the length of every fine-tuning.</summary>
    public long? WarmUpSteps { get; init; }

    /// <summary>Limits of rows in fine-tuning.</summary>
    public required TokenLimits SftLimits { get; init; }

    /// <summary>How to tune on preferences.</summary>
    public required TrainingRecipe Dpo { get; init; }

    /// <summary>Limits of rows in preference tuning.</summary>
    public required TokenLimits DpoLimits { get; init; }

    /// <summary>What preference tuning minimises.</summary>
    public PreferenceLoss Loss { get; init; } = new();

    /// <summary>How questions are answered: to sample, and in the main evaluation.</summary>
    public required AnswerOptions Answers { get; init; }

    /// <summary>How samples become pairs and pseudo-labels.</summary>
    public SelectionOptions Selection { get; init; } = new();

    /// <summary>What the columns of the files of questions are called.</summary>
    public ColumnsSection Columns { get; init; } = new();

    /// <summary>What judges answers.</summary>
    public VerifierOptions Verifier { get; init; } = new();

    /// <summary>How questions are put to the model.</summary>
    public PromptOptions Prompt { get; init; } = new();

    /// <summary>The options in effect of <c>run</c>, <c>sft</c> and <c>dpo</c>: what the run's record keeps.</summary>
    public IReadOnlyDictionary<string, ExperimentOptions> Configuration { get; init; } =
        ReadOnlyDictionary<string, ExperimentOptions>.Empty;

    /// <summary>The model that an iteration ends with; that of the warm-up is number 0.</summary>
    internal RunName ResultOf(int iteration) =>
        Result == LoopResult.Dpo && iteration > 0 ? RunName.Dpo(iteration) : RunName.Sft(iteration);

    /// <summary>The plan of configuration files: the run's says how often and on what, the stages' say how.</summary>
    public static LoopPlan From(ExperimentOptions run, ExperimentOptions sft, ExperimentOptions dpo, RunPaths paths) =>
        Recipes.Loop(run, sft, dpo, paths);
}

/// <summary>How a larger model at a server is asked.</summary>
/// <param name="Answers">How it answers; its server is in there.</param>
/// <param name="System">What it is told before every question.</param>
/// <param name="Samples">Answers to each question.</param>
internal sealed record TeacherPlan(AnswerOptions Answers, string System, int Samples);

/// <summary>When a model in training is asked anew.</summary>
/// <param name="Every">Steps between two samplings.</param>
/// <param name="Questions">How many questions each asks; null is all.</param>
internal sealed record ResamplingPlan(long Every, int? Questions);
