using DpoSt.Models.Adapters;
using DpoSt.Runs;

namespace DpoSt.Answering;

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
        Joined(made.Inputs[Model], made.Inputs.GetValueOrDefault(Below));

    /// <summary>The key of the model in a folder, as it is now.</summary>
    public static string KeyOf(string folder) =>
        Joined(ContentKey.OfPath(folder), AdapterFolder.Is(folder) ? ContentKey.OfPath(AdapterFolder.ModelOf(folder)) : null);

    private static string Joined(string model, string? below) => below is null ? model : ContentKey.Of("", model, below);
}
