using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using DpoSt.Training;

namespace DpoSt.SelfTraining;

/// <summary>Refuses a training that no batch size would make fit.</summary>
internal static class TrainingRoom
{
    /// <summary>Weights, gradients and moments must fit into what is free; whether the rest does, a plan only estimates.</summary>
    /// <param name="model">The model's folder; its config.json is read.</param>
    /// <param name="free">Bytes; null where nobody says.</param>
    /// <param name="shard">What of them is kept here.</param>
    /// <exception cref="UserErrorException">They do not fit.</exception>
    public static void Check(string model, long? free, ParameterShard shard)
    {
        var state = TrainingMemory.StateOf(ModelFolder.CostsOf(model).Specs, shard);
        if (free is { } room && state > room)
        {
            throw new UserErrorException(
                $"{model} will not fit: its weights, gradients and optimizer alone need {Bytes.Text(state)}, {Bytes.Text(room)} is free; use a smaller model or a machine with more memory (dpost plan shows what training takes).");
        }
    }
}
