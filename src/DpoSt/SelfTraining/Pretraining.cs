using System.Text.Json.Serialization;
using DpoSt.Runs;
using DpoSt.SelfTraining.Stages;

namespace DpoSt.SelfTraining;

/// <summary>How a small base model is made; the defaults are the embedded one's.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="BatchSize">Rows a step.</param>
/// <param name="LearningRate">The peak; linear decay to zero.</param>
/// <param name="OneStepRows">One-step problems with rationales.</param>
/// <param name="ArithmeticRows">Bare arithmetic.</param>
/// <param name="DenoisingRows">Stories with spans to fill in.</param>
/// <param name="Seed">Of the problems, the order and the initial weights.</param>
internal sealed record PretrainingOptions(
    long Steps = 6000, int BatchSize = 48, double LearningRate = 2e-3,
    int OneStepRows = 40_000, int ArithmeticRows = 6_000, int DenoisingRows = 4_000, long Seed = 42)
{
    /// <summary>Problems of several steps with rationales, of the demo's kinds: none for the demo, which is to learn them; many for a study
    /// of other kinds.</summary>
    public int SeveralStepRows { get; init; }

    /// <summary>The model whose weights and vocabulary it goes on with; null begins a new one.</summary>
    [JsonIgnore]
    public string? From { get; init; }
}

/// <summary>Makes small base models.</summary>
internal static class Pretraining
{
    /// <summary>Trains and writes the model, or goes on with an interrupted start of the same; gives a sentence on what came out.</summary>
    /// <exception cref="UserErrorException">Another process makes it, or nothing can be written there.</exception>
    public static string Run(string folder, PretrainingOptions options, RunContext context) =>
        new StageRunner(context).Do(new PretrainStage(folder, options));
}
