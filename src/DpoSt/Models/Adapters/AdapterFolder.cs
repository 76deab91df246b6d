using DpoSt.Hub;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Files;
using static TorchSharp.torch;

namespace DpoSt.Models.Adapters;

/// <summary>An adapter in a folder as PEFT writes it: adapter_config.json and adapter_model.safetensors. The model that it changes is
/// elsewhere.</summary>
internal sealed record AdapterFolder(string Folder, AdapterConfig Config, string Base)
{
    /// <summary>The weights.</summary>
    public const string Weights = CheckpointFiles.AdapterWeights;

    /// <summary>The adapter in a folder; null where a whole model, or nothing, is there.</summary>
    /// <exception cref="UserErrorException">It cannot be used, or its model is not there.</exception>
    public static AdapterFolder? Find(string folder)
    {
        if (!Is(folder))
        {
            return null;
        }

        var config = AdapterConfig.Read(folder);
        return new AdapterFolder(folder, config, Place(folder, config.Base) ?? throw new UserErrorException(
            $"{folder}: the adapter's model {Shown.Quoted(config.Base)} is not there; download it (dpost download) or name its folder as "
            + $"base_model_name_or_path in {AdapterConfig.FileName}."));
    }

    /// <summary>Whether a folder holds an adapter and no model of its own.</summary>
    public static bool Is(string folder) => CheckpointFiles.IsAdapter(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>The name on a hub of an adapter's model that is not here; null where it is, or where none could be fetched.</summary>
    /// <exception cref="UserErrorException">The adapter cannot be used.</exception>
    public static string? MissingModel(string folder) => Is(folder) && AdapterConfig.Read(folder).Base is var model
        && Place(folder, model) is null && HubModels.IsName(model) ? model : null;

    private static string? Place(string folder, string model) => Array.Find(
        [Path.GetFullPath(model, Path.GetFullPath(folder)), HubModels.Folder(model, Directory.GetCurrentDirectory())], Directory.Exists);

    /// <summary>The folder of the model itself: the adapter's, or the one that was named.</summary>
    public static string ModelOf(string folder) => Find(folder)?.Base ?? folder;

    /// <summary>Reads the adapter's matrices, which the caller owns.</summary>
    /// <param name="lora">Which matrices the model has for it.</param>
    /// <exception cref="UserErrorException">Some are missing, unexpected, or of another shape: it belongs to another model.</exception>
    public ParameterSet Read(LoraWeights lora, Device device, ScalarType? products = null, ParameterShard? shard = null)
    {
        var path = Path.Combine(Folder, Weights);
        using var file = File.Exists(path) ? SafeTensorsFile.Open(path)
            : throw new UserErrorException($"{path} is missing: the folder has an adapter's configuration, but not its weights.");
        var expected = lora.Specs.SelectMany(spec => spec.Slices.Select(slice => (slice.Name, slice.Rows, Columns: spec.Shape[1])))
            .ToList();
        string[] problems =
        [
            .. expected.Where(t => !file.Entries.TryGetValue(t.Name, out var entry)
                || entry.Shape is not [var rows, var columns] || (rows, columns) != (t.Rows, t.Columns))
                .Select(t => $"{t.Name} should be [{t.Rows}, {t.Columns}] and is "
                    + (file.Entries.TryGetValue(t.Name, out var entry) ? $"[{string.Join(", ", entry.Shape)}]" : "missing")),
            .. file.Entries.Keys.Except(expected.Select(t => t.Name), StringComparer.Ordinal)
                .Select(name => $"{Shown.Text(name)} changes nothing that the model has"),
        ];
        if (problems.Length > 0)
        {
            throw new UserErrorException(
                $"{Folder}: the adapter does not fit {Base}: {string.Join("; ", problems.Take(2))}"
                + (problems.Length > 2 ? $"; and {problems.Length - 2} more" : "") + ". It was trained on another model.");
        }

        var adapter = new ParameterSet(lora.Specs, device, products: products, shard: shard);
        using var _ = no_grad();
        foreach (var buffer in adapter.Buffers)
        {
            var offset = 0L;
            foreach (var slice in buffer.Specs.SelectMany(spec => spec.Slices))
            {
                using var scope = NewDisposeScope();
                var values = file.View(slice.Name).view(-1);
                buffer.Put(offset, values);
                offset += values.numel();
            }
        }

        return adapter;
    }
}
