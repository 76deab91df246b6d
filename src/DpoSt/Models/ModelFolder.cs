using System.Text.Json;
using DpoSt.Hub;
using DpoSt.Models.T5;
using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>A model in Hugging Face layout on disk: config.json, model.safetensors, tokenizer files.</summary>
internal static class ModelFolder
{
    /// <summary>Loads a model with its weights.</summary>
    /// <exception cref="UserErrorException">The folder is no checkpoint of a supported family.</exception>
    public static ILanguageModel Load(string folder, Device device)
    {
        var model = Build(folder, device);
        try
        {
            using var checkpoint = HubCheckpoint.Open(folder);
            checkpoint.LoadInto(model.Parameters, MayIgnore(model));
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The model a folder's config.json describes, its weights not yet set.</summary>
    public static ILanguageModel Build(string folder, Device device)
    {
        var path = Path.Combine(folder, CheckpointFiles.Config);
        using var document = ReadJson(path);
        var family = TypeOf(document);
        switch (family)
        {
            case "t5":
                var config = T5Config.Parse(document.RootElement, path);
                return new T5Model(config, new ParameterSet(T5Weights.Specs(config), device));
            default:
                throw new UserErrorException($"{path}: model_type is '{family}', but only t5 is supported.");
        }
    }

    /// <summary>A folder's model family, config.json's <c>model_type</c>; empty where it names none.</summary>
    public static string TypeOf(string folder)
    {
        using var document = ReadJson(Path.Combine(folder, CheckpointFiles.Config));
        return TypeOf(document);
    }

    /// <summary>
    /// Writes the model beside a copy of the tokenizer and configuration files of <paramref name="origin"/>, in the layout transformers
    /// reads. The folder appears whole or not at all.
    /// </summary>
    public static void Save(ILanguageModel model, string origin, string folder)
    {
        using var draft = new DraftFolder(folder);
        try
        {
            foreach (var name in CheckpointFiles.Companions.Where(name => File.Exists(Path.Combine(origin, name))))
            {
                File.Copy(Path.Combine(origin, name), Path.Combine(draft.Path, name));
            }

            WriteWeights(model.Parameters, Path.Combine(draft.Path, CheckpointFiles.Weights));
            draft.MoveTo(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{folder}: the model could not be written ({e.Message.TrimEnd('.')}); free some space or choose another place, then run again.", e);
        }
    }

    private static void WriteWeights(ParameterSet parameters, string path)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var spec in parameters.Specs)
        {
            var row = 0L;
            foreach (var slice in spec.Slices)
            {
                tensors.Add(slice.Name, parameters[spec.Name].detach().narrow(0, row, slice.Rows));
                row += slice.Rows;
            }
        }

        using var stream = File.Create(path);
        SafeTensorsWriter.Write(stream, tensors, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
        stream.Flush(flushToDisk: true);
    }

    private static Func<string, bool> MayIgnore(ILanguageModel model) => model switch
    {
        T5Model t5 => name => T5Weights.MayIgnore(t5.Config, name),
        _ => _ => false,
    };

    private static string TypeOf(JsonDocument document) =>
        document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("model_type", out var type) ? type.ToString() : "";

    private static JsonDocument ReadJson(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read ({e.Message.TrimEnd('.')}): a model folder needs a config.json.", e);
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path} is no valid JSON ({e.Message.Split('\n')[0].TrimEnd('.')}): download it again.", e);
        }
    }
}
