using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using static System.FormattableString;
using static TorchSharp.torch;

namespace DpoSt.Models.Adapters;

/// <summary>Models with an adapter: to be trained over a frozen base, or merged to be asked.</summary>
internal static class AdapterModels
{
    /// <summary>Whether a training has an adapter: a new one over a model, or the one in the folder.</summary>
    /// <exception cref="UserErrorException">There is one in the folder, and the training would change all weights.</exception>
    public static bool Adapts(string folder, TrainingCompute? compute) => compute?.Lora is not null || (AdapterFolder.Is(folder)
        ? throw new UserErrorException(
            $"{folder} is an adapter: set trainer.lora to train it further, or make it a model of its own first (dpost merge {folder} "
            + "--output DIR).")
        : false);

    /// <summary>Loads a frozen model with the adapter that is trained: the one in the folder, or a new one that changes nothing yet.
    /// </summary>
    /// <exception cref="UserErrorException">The model or its adapter cannot be read, or the adapter has another form.</exception>
    public static ILanguageModel Load(string folder, Device device, TrainingCompute compute)
    {
        var found = AdapterFolder.Find(folder);
        var asked = compute.Lora!;
        var (family, checkpoint) = ModelFolder.Open(folder);
        using var opened = checkpoint;
        var lora = LoraWeights.Of(family.Costs.Specs, asked, "trainer.lora.target_modules");
        if (found is not null)
        {
            CheckSame(found, lora, LoraWeights.Of(family.Costs.Specs, found.Config.Options, folder));
        }

        var frozen = new FrozenWeights(family.Costs.Specs, checkpoint, device, compute.Products);
        ParameterSet? adapter = null;
        try
        {
            adapter = found?.Read(lora, device, compute.Products, compute.Shard)
                ?? new ParameterSet(lora.Specs, device, products: compute.Products, shard: compute.Shard);
            if (found is null)
            {
                lora.Initialise(adapter, asked.Seed);
            }

            var isSharded = compute.Shard is { Count: > 1 };
            return family.Costs.Over(
                new AdaptedWeights(frozen, lora, adapter, Path.GetFullPath(found?.Base ?? folder), compute.RecomputesBlocks || isSharded),
                compute.RecomputesBlocks);
        }
        catch
        {
            frozen.Dispose();
            adapter?.Dispose();
            throw;
        }
    }

    /// <summary>Loads the model of an adapter with the adapter in its weights.</summary>
    /// <exception cref="UserErrorException">The model or the adapter cannot be read.</exception>
    public static ILanguageModel Merged(string folder, Device device, TrainingCompute? compute = null)
    {
        var found = AdapterFolder.Find(folder) ?? throw new UserErrorException(
            $"{folder} holds no adapter; expected {AdapterConfig.FileName} and {AdapterFolder.Weights} there.");
        var model = ModelFolder.Load(found.Base, device, compute);
        using var _ = no_grad();
        try
        {
            using var changes = ChangesOf(found, model.Parameters.Specs, device);
            changes.MergeInto(model.Parameters);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>What the adapter in a folder adds to its model's matrices; null where there is none.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static MergedChanges? ChangesOf(string folder, IReadOnlyList<ParameterSpec> model) =>
        AdapterFolder.Find(folder) is { } found ? ChangesOf(found, model, CPU) : null;

    private static MergedChanges ChangesOf(AdapterFolder found, IReadOnlyList<ParameterSpec> model, Device device)
    {
        var lora = LoraWeights.Of(model, found.Config.Options, found.Folder);
        return new MergedChanges(lora, found.Read(lora, device));
    }

    /// <summary>What a folder's adapter is, behind what its model is.</summary>
    public static string Describe(string folder) => AdapterFolder.Find(folder) is { Config.Options: var options, Base: var model }
        ? Invariant($"; with an adapter of rank {options.R} over {Shown.Path(model)}") : "";

    /// <summary>Writes an adapter as PEFT does.</summary>
    /// <param name="whole">Makes a whole buffer by its number where only shards are kept.</param>
    public static void Write(AdaptedWeights weights, bool isCausal, string folder, Func<int, Tensor>? whole)
    {
        new AdapterConfig(weights.BaseFolder, weights.Lora.Options).Write(folder, weights.Lora.Targets, isCausal);
        HubCheckpointWriter.WriteOne(weights.Trained, Path.Combine(folder, AdapterFolder.Weights), whole);
    }

    // An adapter that is trained further keeps its form.
    private static void CheckSame(AdapterFolder found, LoraWeights asked, LoraWeights there)
    {
        if (Form(asked) != Form(there))
        {
            throw new UserErrorException(
                $"{found.Folder}: the adapter there has {Form(there)}, but trainer.lora asks for {Form(asked)}: give it the same values.");
        }

        static string Form(LoraWeights lora)
        {
            var modules = string.Join(", ", lora.Modules.Order(StringComparer.Ordinal));
            return Invariant($"r {lora.Options.R}, a scale of {lora.Options.Scale} and {lora.Specs.Count} matrices of {modules}");
        }
    }
}
