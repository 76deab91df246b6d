using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Llama;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
using DpoSt.Runs;
using DpoSt.Text;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>The two models of the measurements, with random weights: a T5 of 70.7 million parameters and a Llama of 58.1 million, the
/// shapes that the Python stack was measured with.</summary>
internal sealed record BenchModel(
    string Name, PromptFormat Format, int VocabularySize, Func<IReadOnlyList<ParameterSpec>> Specs, Func<JsonNode> Config)
{
    private static readonly T5Config T5Shape = new()
    {
        VocabSize = 32_128,
        DModel = 512,
        DKv = 64,
        DFf = 1024,
        NumLayers = 6,
        NumHeads = 8,
        FeedForwardProj = "gated-gelu",
        TieWordEmbeddings = false,
    };

    private static readonly LlamaConfig LlamaShape = new()
    {
        VocabSize = 32_000,
        HiddenSize = 512,
        IntermediateSize = 1376,
        NumHiddenLayers = 8,
        NumAttentionHeads = 8,
    };

    /// <summary>The encoder-decoder.</summary>
    public static readonly BenchModel T5 = new(
        "t5", PromptFormat.T5, T5Shape.VocabSize, () => T5Weights.Specs(T5Shape),
        () => JsonSerializer.SerializeToNode(T5Shape, ModelJson.Options)!);

    /// <summary>The decoder alone.</summary>
    private static readonly BenchModel Llama = new(
        "llama", PromptFormat.Llama, LlamaShape.VocabSize, () => LlamaWeights.Specs(LlamaShape),
        () => JsonSerializer.SerializeToNode(LlamaShape, ModelJson.Options)!);

    /// <summary>Measures the models of these names in each type, written as checkpoints and loaded as any other.</summary>
    public static List<T> Each<T>(
        IReadOnlyList<string> names, IReadOnlyList<string> dtypes, int parts, IStageReporter reporter, (string Doing, string Parts) said,
        Func<string, bool, ILanguageModel> load, Func<BenchModel, string, ILanguageModel, Action, IEnumerable<T>> measure)
    {
        var rows = new List<T>();
        foreach (var shape in ((BenchModel[])[T5, Llama]).Where(shape => names.Contains(shape.Name, StringComparer.Ordinal)))
        {
            reporter.Begin(shape.Name, said.Doing, parts * dtypes.Count, said.Parts);
            reporter.Advance(0);
            using var folder = new ScratchFolder();
            shape.Write(folder.Path);
            var done = 0L;
            foreach (var dtype in dtypes)
            {
                using var model = load(folder.Path, dtype == "bf16");
                rows.AddRange(measure(shape, dtype, model, () => reporter.Advance(++done)));
            }

            reporter.End("measured");
        }

        return rows;
    }

    /// <summary>Writes the model as a checkpoint.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var config = Config();
        config["model_type"] = Name;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        using var parameters = new ParameterSet(Specs(), CPU);
        parameters.Initialise(1);
        HubCheckpointWriter.Write(parameters, folder);
    }

    /// <summary>Ordinary token ids, drawn from a seed.</summary>
    public int[] RandomIds(ulong seed, int count)
    {
        var random = new SplitMix64(seed);
        var ids = new int[count];
        for (var t = 0; t < ids.Length; t++)
        {
            ids[t] = 3 + random.Next(VocabularySize - 200);
        }

        return ids;
    }
}
