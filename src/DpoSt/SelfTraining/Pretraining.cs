using DpoSt.Runs;
using DpoSt.SelfTraining.Stages;

namespace DpoSt.SelfTraining;

/// <summary>How the embedded base model is made.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="BatchSize">Rows a step.</param>
/// <param name="LearningRate">The peak; linear decay to zero.</param>
/// <param name="OneStepRows">One-step problems with rationales.</param>
/// <param name="ArithmeticRows">Bare arithmetic.</param>
/// <param name="DenoisingRows">Stories with spans to fill in.</param>
/// <param name="Seed">Of the problems, the order and the initial weights.</param>
public sealed record PretrainingOptions(
    long Steps = 6000, int BatchSize = 48, double LearningRate = 2e-3,
    int OneStepRows = 40_000, int ArithmeticRows = 6_000, int DenoisingRows = 4_000, long Seed = 42);

/// <summary>Makes the base model of the demo.</summary>
public static class Pretraining
{
    /// <summary>Trains and writes the model, or goes on with an interrupted start of the same; gives a sentence on what came out.</summary>
    /// <exception cref="UserErrorException">Another process makes it, or nothing can be written there.</exception>
    public static string Run(string folder, PretrainingOptions options, RunContext context) =>
        new StageRunner(context).Do(new PretrainStage(folder, options));
}
