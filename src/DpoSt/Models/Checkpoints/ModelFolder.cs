using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Hub;
using DpoSt.Models.Adapters;
using DpoSt.Models.Costs;
using DpoSt.Models.Families;
using DpoSt.Models.Parameters;
using DpoSt.Text.Chat;
using DpoSt.Text.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Models.Checkpoints;

/// <summary>A model in Hugging Face layout on disk: config.json, model.safetensors, tokenizer files.</summary>
internal static class ModelFolder
{
    /// <summary>Loads a model with its weights, to be trained.</summary>
    /// <param name="compute">How it computes; null is in fp32, with nothing computed twice.</param>
    /// <exception cref="UserErrorException">The folder is not a checkpoint of a supported family.</exception>
    public static ILanguageModel Load(string folder, Device device, TrainingCompute? compute = null)
    {
        if (AdapterModels.Adapts(folder, compute))
        {
            return AdapterModels.Load(folder, device, compute!);
        }

        var (family, checkpoint) = Open(folder);
        using var opened = checkpoint;
        var model = family.Costs.Over(
            new ParameterSet(family.Costs.Specs, device, products: compute?.Products, shard: compute?.Shard),
            compute?.RecomputesBlocks ?? false);
        try
        {
            checkpoint.LoadInto(model.Parameters);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Loads a model that is only asked, never trained: on a CPU in little more memory than its file takes.</summary>
    /// <param name="products">The type of matrix products; norms, softmax, the residual stream and caches are in fp32.</param>
    /// <exception cref="UserErrorException">The folder is not a checkpoint of a supported family.</exception>
    public static ILanguageModel LoadToRead(string folder, Device device, ScalarType products = ScalarType.Float32)
    {
        if (device.type != DeviceType.CPU)
        {
            var compute = new TrainingCompute(Bf16: products == ScalarType.BFloat16);
            return AdapterFolder.Is(folder) ? AdapterModels.Merged(folder, device, compute) : Load(folder, device, compute);
        }

        var (family, checkpoint) = Open(folder);
        try
        {
            return family.Costs.Over(
                new MappedWeights(family.Costs.Specs, checkpoint, products, AdapterModels.ChangesOf(folder, family.Costs.Specs)), false);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>What the model that a folder's config.json describes takes to train; its weights need not be there.</summary>
    /// <exception cref="UserErrorException">There is no config.json of a supported family.</exception>
    public static IModelCosts CostsOf(string folder)
    {
        if (AdapterFolder.Is(folder) || Array.Exists(CheckpointFiles.WeightFiles, name => File.Exists(Path.Combine(folder, name))))
        {
            var (family, checkpoint) = Open(folder);
            checkpoint.Dispose();
            return family.Costs;
        }

        return Described(folder).Costs;
    }

    /// <summary>The same for a training that may leave the model as it is and train an adapter.</summary>
    /// <exception cref="UserErrorException">There is no config.json of a supported family, or no module that an adapter could
    /// change.</exception>
    public static IModelCosts CostsOf(string folder, TrainingCompute compute)
    {
        var costs = CostsOf(folder);
        if (compute.Lora is not { } lora)
        {
            return costs;
        }

        var model = AdapterFolder.ModelOf(folder);
        var hasWeights = Array.Exists(CheckpointFiles.WeightFiles, name => File.Exists(Path.Combine(model, name)));
        using var checkpoint = hasWeights ? Open(model).Checkpoint : null;
        checkpoint?.Check(costs.Specs);
        return new AdaptedCosts(costs, lora, costs.Specs.Where(
            spec => checkpoint is not null && FrozenWeights.IsBf16(spec, checkpoint, compute.Products)).Select(spec => spec.Name)
            .ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The folder with a model's tokenizer and templates: an adapter's own, or its model's.</summary>
    public static string TextsOf(string folder) => TokenizerLoader.IsIn(folder) ? folder : AdapterFolder.ModelOf(folder);

    /// <summary>Whether the model that a folder's config.json describes is a decoder alone; its weights are not opened.</summary>
    /// <exception cref="UserErrorException">There is no config.json of a supported family.</exception>
    public static bool IsCausal(string folder) => Described(folder).Costs.IsCausal;

    private static ModelFamily Described(string adapterOrModel)
    {
        var folder = AdapterFolder.ModelOf(adapterOrModel);
        var path = Path.Combine(folder, CheckpointFiles.Config);
        using var document = ModelJson.Parse(path);
        return ModelFamilies.Of(document.RootElement, path);
    }

    /// <summary>What the model in a folder is, in a line: family, sizes, positions, head, vocabulary, the type of its weights, and what its
    /// generation_config.json asks for beyond dpost's own options.</summary>
    public static string Describe(string folder)
    {
        var (family, checkpoint) = Open(folder);
        using var opened = checkpoint;
        var left = GenerationFields.LeftOut(folder);
        return $"{family.Summary}, weights in {checkpoint.Types}{AdapterModels.Describe(folder)}"
            + (left.Count == 0 ? "" : $"; generation_config.json asks for {string.Join(", ", left)}, which dpost does not do");
    }

    /// <summary>The same, once every name, shape and type of its weights is what config.json asks for; only headers are read.</summary>
    /// <exception cref="UserErrorException">They are not, or there is no checkpoint of a supported family.</exception>
    public static string Inspect(string folder)
    {
        var (family, checkpoint) = Open(folder);
        using (checkpoint)
        {
            checkpoint.Check(family.Costs.Specs);
        }

        return Describe(folder);
    }

    /// <summary>The ids that end a text: <c>eos_token_id</c> of generation_config.json, or of config.json where that names none.</summary>
    public static IReadOnlyList<int> EndsOf(string folder)
    {
        string[] folders = [.. ((string[])[folder, AdapterFolder.ModelOf(folder)]).Distinct(StringComparer.Ordinal)];
        foreach (var path in folders.SelectMany(place =>
            ((string[])[GenerationFields.FileName, CheckpointFiles.Config]).Select(name => Path.Combine(place, name))).Where(File.Exists))
        {
            using var document = ModelJson.Parse(path);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("eos_token_id", out var eos)
                && eos.ValueKind != JsonValueKind.Null)
            {
                var ids = eos.ValueKind == JsonValueKind.Array ? [.. eos.EnumerateArray()] : (JsonElement[])[eos];
                return Array.TrueForAll(ids, e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out var id) && id >= 0)
                    ? [.. ids.Select(e => e.GetInt32())]
                    : throw new UserErrorException($"{path}: eos_token_id is {eos.GetRawText()}; expected a token id or a list of them.");
            }
        }

        return [];
    }

    /// <summary>A model is written as a whole folder, in the place of an earlier one: never in that of anything else.</summary>
    /// <exception cref="UserErrorException">The folder holds what is not a model.</exception>
    public static void CheckMayReplace(string folder)
    {
        if (File.Exists(folder))
        {
            throw new UserErrorException($"{folder}: a model is a folder, but there is a file of that name: name another.");
        }

        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            return;
        }

        var other = Directory.EnumerateDirectories(folder).FirstOrDefault(below => Path.GetFileName(below) != ChatTemplateFiles.Further)
            ?? (CheckpointFiles.Marks.Any(name => File.Exists(Path.Combine(folder, name)))
                ? null
                : Directory.EnumerateFiles(folder).First());
        if (other is not null)
        {
            throw new UserErrorException(
                $"{folder}: a model would take the place of this folder, but it holds other things ({Path.GetFileName(other)}); "
                + "expected a new folder, an empty one, or a model: name another.");
        }
    }

    /// <summary>
    /// Writes the model beside a copy of the tokenizer and configuration files of <paramref name="origin"/>, in the layout transformers
    /// reads, and copies of any further files. The folder appears whole or not at all. Where only shards of the parameters are kept,
    /// <paramref name="whole"/> makes the whole of a buffer, by its number; <paramref name="seal"/> sees all files before they appear.
    /// </summary>
    public static void Save(
        ILanguageModel model, string origin, string folder, Func<int, Tensor>? whole = null, IReadOnlyList<string>? further = null,
        Action<string>? seal = null)
    {
        CheckMayReplace(folder);
        using var draft = new DraftFolder(folder, holds: true);
        try
        {
            // An adapter has a model's tokenizer with it, but not its configuration: that is where its weights are.
            var names = model.Weights is AdaptedWeights
                ? [GenerationFields.FileName, .. CheckpointFiles.Tokenizers]
                : CheckpointFiles.Companions;
            var companions = names.Select(name => Path.Combine(origin, name)).Where(File.Exists);
            foreach (var file in companions.Concat(further ?? []))
            {
                File.Copy(file, Path.Combine(draft.Path, Path.GetFileName(file)));
            }

            if (model.Weights is AdaptedWeights adapted)
            {
                AdapterModels.Write(adapted, model.IsCausal, draft.Path, whole);
            }
            else
            {
                NameType(Path.Combine(draft.Path, CheckpointFiles.Config));
                HubCheckpointWriter.Write(model.Parameters, draft.Path, whole);
            }

            seal?.Invoke(draft.Path);
            draft.MoveTo(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{folder}: the model could not be written ({FileProblem.InFolder(e)}); free some space or choose another place, "
                + "then run again.",
                e);
        }
    }

    // Weights are written in fp32: a configuration that still says bfloat16 would have them rounded when they are loaded.
    private static void NameType(string config)
    {
        if (File.Exists(config) && JsonNode.Parse(ModelJson.Read(config).Span) is JsonObject json)
        {
            foreach (var key in ((string[])["torch_dtype", "dtype"]).Where(json.ContainsKey))
            {
                json[key] = "float32";
            }

            File.WriteAllText(config, json.ToJsonString(ModelJson.Options) + "\n");
        }
    }

    // What config.json describes, over the weights beside it: whether the head is the embedding is for these to say.
    internal static (ModelFamily Family, HubCheckpoint Checkpoint) Open(string adapterOrModel)
    {
        var folder = AdapterFolder.ModelOf(adapterOrModel);
        var path = Path.Combine(folder, CheckpointFiles.Config);
        using var document = ModelJson.Parse(path);
        var checkpoint = HubCheckpoint.Open(folder, ModelFamilies.Of(document.RootElement, path).Naming);
        try
        {
            return (ModelFamilies.Of(document.RootElement, path, checkpoint.HasOwnHead), checkpoint);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }
}
