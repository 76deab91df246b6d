using DpoSt.Verification;
using Microsoft.Extensions.Logging;

namespace DpoSt.SelfTraining;

/// <summary>What a program's training starts from, where it writes, and how.</summary>
public sealed record TrainingJob
{
    /// <summary>The model's folder, in Hugging Face layout.</summary>
    public required string Model { get; init; }

    /// <summary>Where models, answers and results go; the same job in the same folder goes on where it was stopped.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Changes to the recipe, as on the command line: <c>loop.iterations=2</c>, <c>sft.trainer.learning_rate=1e-4</c>; in training alone
    /// <c>trainer.learning_rate=1e-4</c>. Recipes are those of <c>exp_config/smollm2</c>, and of <c>exp_config/t5</c> for T5.
    /// </summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>What judges answers; null is <see cref="Verifiers.Number"/>. Answers are judged again where its name is another, so a
    /// verifier that judges otherwise than before needs another name.</summary>
    public IVerifier? Verifier { get; init; }

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads on the CPU; null is one a processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Hears how far the work is.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Hears what happens, in sentences.</summary>
    public ILogger? Logger { get; init; }
}

/// <summary>How far a stage is.</summary>
/// <param name="Stage">Its name, such as <c>sft-0</c>.</param>
/// <param name="Done">Units of work done.</param>
/// <param name="Total">Units of work in all.</param>
/// <param name="Unit">What a unit is: steps, answers.</param>
/// <param name="Loss">The last loss of a training.</param>
public sealed record TrainingProgress(string Stage, long Done, long Total, string Unit, double? Loss);

/// <summary>A question to train or to test on.</summary>
/// <param name="Question">In words.</param>
/// <param name="Answer">The final answer that the verifier compares with.</param>
/// <param name="Rationale">The answer with its steps, which ends in the final answer; null in tests and pools.</param>
public sealed record TrainingQuestion(string Question, string Answer, string? Rationale = null);

/// <summary>The questions of a run.</summary>
/// <param name="Train">With rationales.</param>
/// <param name="Test">What models are measured on; never trained on.</param>
/// <param name="Pool">Further questions without rationales, from which self-training gains most.</param>
public sealed record TrainingQuestions(
    IReadOnlyList<TrainingQuestion> Train, IReadOnlyList<TrainingQuestion> Test, IReadOnlyList<TrainingQuestion>? Pool = null);

/// <summary>A model of a run, and how good it is.</summary>
/// <param name="Name">Its run, such as <c>sft-1</c>.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Accuracy">The share of test questions that it answers right, greedily and with the calculator.</param>
/// <param name="Low">The lower end of the 95 % interval (Wilson).</param>
/// <param name="High">The upper end.</param>
public sealed record TrainedModel(string Name, string Folder, double Accuracy, double Low, double High);
