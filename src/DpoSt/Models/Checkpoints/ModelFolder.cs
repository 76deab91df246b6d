using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Hub;
using DpoSt.Models.Costs;
using DpoSt.Models.Llama;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
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
        var model = Build(folder, device, compute);
        try
        {
            using var checkpoint = HubCheckpoint.Open(folder);
            checkpoint.LoadInto(model.Parameters, Family(folder).MayIgnore);
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
            return Load(folder, device, new TrainingCompute(Bf16: products == ScalarType.BFloat16));
        }

        var family = Family(folder);
        var checkpoint = HubCheckpoint.Open(folder);
        try
        {
            return family.Over(new MappedWeights(family.Costs.Specs, checkpoint, family.MayIgnore, products), false);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The model a folder's config.json describes, its weights not yet set.</summary>
    public static ILanguageModel Build(string folder, Device device, TrainingCompute? compute = null)
    {
        var family = Family(folder);
        return family.Over(
            new ParameterSet(family.Costs.Specs, device, products: compute?.Products, shard: compute?.Shard),
            compute?.RecomputesBlocks ?? false);
    }

    /// <summary>What the model that a folder's config.json describes takes to train; its weights need not be there.</summary>
    /// <exception cref="UserErrorException">There is no config.json of a supported family.</exception>
    public static IModelCosts CostsOf(string folder) => Family(folder).Costs;

    /// <summary>A folder's model family, config.json's <c>model_type</c>; empty where it names none.</summary>
    public static string TypeOf(string folder)
    {
        using var document = ReadJson(Path.Combine(folder, CheckpointFiles.Config));
        return TypeOf(document);
    }

    /// <summary>The id that ends a text: the first <c>eos_token_id</c> of generation_config.json, or of config.json.</summary>
    /// <exception cref="UserErrorException">Neither says.</exception>
    public static int EosOf(string folder)
    {
        foreach (
            var path in ((string[])["generation_config.json", "config.json"]).Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            using var document = ReadJson(path);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("eos_token_id", out var eos))
            {
                var first = eos.ValueKind == JsonValueKind.Array ? eos.EnumerateArray().FirstOrDefault() : eos;
                if (first.ValueKind == JsonValueKind.Number && first.TryGetInt32(out var id))
                {
                    return id;
                }
            }
        }

        throw new UserErrorException(
            $"{folder}: neither generation_config.json nor config.json names an eos_token_id, so it is not known what ends a text.");
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

        var other = Directory.EnumerateDirectories(folder).FirstOrDefault()
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
        using var draft = new DraftFolder(folder);
        try
        {
            var companions = CheckpointFiles.Companions.Select(name => Path.Combine(origin, name)).Where(File.Exists);
            foreach (var file in companions.Concat(further ?? []))
            {
                File.Copy(file, Path.Combine(draft.Path, Path.GetFileName(file)));
            }

            NameType(Path.Combine(draft.Path, CheckpointFiles.Config));

            HubCheckpointWriter.Write(model.Parameters, draft.Path, whole);
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
        if (File.Exists(config) && JsonNode.Parse(File.ReadAllBytes(config)) is JsonObject json)
        {
            foreach (var key in ((string[])["torch_dtype", "dtype"]).Where(json.ContainsKey))
            {
                json[key] = "float32";
            }

            File.WriteAllText(config, json.ToJsonString(ModelJson.Options) + "\n");
        }
    }

    private static ModelFamily Family(string folder)
    {
        var path = Path.Combine(folder, CheckpointFiles.Config);
        using var document = ReadJson(path);
        return TypeOf(document) switch
        {
            "t5" => T5(T5Config.Parse(document.RootElement, path)),
            "llama" => Llama(LlamaConfig.Parse(document.RootElement, path)),
            var other => throw new UserErrorException($"{path}: model_type is '{other}', but only t5 and llama are supported."),
        };

        static ModelFamily T5(T5Config config) =>
            new(new T5Costs(config), name =>
                T5Weights.MayIgnore(config, name), (weights, recomputes) => new T5Model(config, weights, recomputes));
        static ModelFamily Llama(LlamaConfig config) =>
            new(new LlamaCosts(config), name =>
                LlamaWeights.MayIgnore(config, name), (weights, recomputes) => new LlamaModel(config, weights, recomputes));
    }

    private static string TypeOf(JsonDocument document) =>
        document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("model_type", out var type)
            ? type.ToString() : "";

    private static JsonDocument ReadJson(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read ({FileProblem.Of(path, e)}): a model folder needs a config.json.", e);
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path} is not valid JSON ({e.Message.Split('\n')[0].TrimEnd('.')}): download it again.", e);
        }
    }

    /// <summary>What a family makes of a config.json.</summary>
    private sealed record ModelFamily(IModelCosts Costs, Func<string, bool> MayIgnore, Func<IWeights, bool, ILanguageModel> Over);
}
