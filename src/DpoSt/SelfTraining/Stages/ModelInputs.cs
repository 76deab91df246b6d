using DpoSt.Models.Adapters;
using DpoSt.Runs;

namespace DpoSt.SelfTraining.Stages;

/// <summary>A model as what a stage depends on: an adapter depends on the model below it too.</summary>
internal static class ModelInputs
{
    private const string Model = "model";
    private const string Below = "model below the adapter";

    /// <summary>The folder, and that of its model where it is an adapter's.</summary>
    public static IEnumerable<StageInput> Of(string folder) => AdapterFolder.Is(folder)
        ? [new(Model, folder), new(Below, AdapterFolder.ModelOf(folder))] : [new(Model, folder)];

    /// <summary>The key of the model that something was made from.</summary>
    public static string KeyOf(Provenance made) =>
        made.Inputs.TryGetValue(Below, out var below) ? ContentKey.Of("", made.Inputs[Model], below) : made.Inputs[Model];
}
