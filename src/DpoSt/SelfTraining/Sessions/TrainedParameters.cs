using DpoSt.Hub;
using DpoSt.Models;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Sessions;

/// <summary>How many of a model's parameters a training changes.</summary>
internal static class TrainedParameters
{
    /// <summary>The counts in words; null where the model is not there yet.</summary>
    /// <exception cref="UserErrorException">The model is of no supported family, or has no matrix that the adapter could
    /// change.</exception>
    public static string? Of(string folder, TrainingCompute compute)
    {
        if (!AdapterFolder.Is(folder) && !File.Exists(Path.Combine(folder, CheckpointFiles.Config)))
        {
            return null;
        }

        var all = ModelFolder.CostsOf(folder).Specs.Sum(spec => spec.Count);
        if (compute.Lora is null)
        {
            return Invariant($"all {all:N0} parameters");
        }

        var trained = ModelFolder.CostsOf(folder, compute).Specs.Sum(spec => spec.Count);
        return Invariant($"{trained:N0} of {all:N0} parameters ({100.0 * trained / all:0.##} %)");
    }
}
