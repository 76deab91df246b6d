using System.Text.Json.Nodes;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using DpoSt.Runs;
using DpoSt.Text;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>The two models of the measurements, with random weights: a T5 of 70.7 million parameters and a Llama of 58.1 million, the
/// shapes that the Python stack was measured with.</summary>
internal sealed record BenchModel(PromptFormat Format, JsonObject Config)
{
    /// <summary>The encoder-decoder.</summary>
    public static readonly BenchModel T5 = new(PromptFormat.T5, new JsonObject
    {
        ["model_type"] = "t5",
        ["vocab_size"] = 32_128,
        ["d_model"] = 512,
        ["d_kv"] = 64,
        ["d_ff"] = 1024,
        ["num_layers"] = 6,
        ["num_heads"] = 8,
        ["feed_forward_proj"] = "gated-gelu",
        ["tie_word_embeddings"] = false,
        ["eos_token_id"] = 1,
    });

    /// <summary>The decoder alone.</summary>
    private static readonly BenchModel Llama = new(PromptFormat.Llama, new JsonObject
    {
        ["model_type"] = "llama",
        ["vocab_size"] = 32_000,
        ["hidden_size"] = 512,
        ["intermediate_size"] = 1376,
        ["num_hidden_layers"] = 8,
        ["num_attention_heads"] = 8,
        ["eos_token_id"] = 2,
    });

    /// <summary>The family's name.</summary>
    public string Name => (string)Config["model_type"]!;

    /// <summary>The number of token ids.</summary>
    public int VocabularySize => (int)Config["vocab_size"]!;

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
        File.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJsonString());
        using var parameters = new ParameterSet(ModelFolder.CostsOf(folder).Specs, CPU);
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
