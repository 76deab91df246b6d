using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Models;
using DpoSt.Models.Costs;
using DpoSt.Models.Decoder;
using DpoSt.Models.Families;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>Models of every family small enough for properties, with random weights large enough to tell rows apart.</summary>
internal static class TinyModels
{
    public const int Vocabulary = 61;

    public static readonly T5Config T5 = new()
    {
        VocabSize = Vocabulary,
        DModel = 24,
        DKv = 8,
        DFf = 40,
        NumLayers = 2,
        NumDecoderLayers = 3,
        NumHeads = 3,
        RelativeAttentionNumBuckets = 8,
        RelativeAttentionMaxDistance = 20,
        FeedForwardProj = "gated-gelu",
        TieWordEmbeddings = false,
    };

    public static readonly DecoderTraits Llama = new()
    {
        Family = "llama",
        VocabSize = Vocabulary,
        HiddenSize = 24,
        IntermediateSize = 40,
        Layers = Layers(3, 10),
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 10,
        InitializerRange = 0.3,
    };

    private static readonly DecoderTraits Tied = Llama with { IsTied = true, KeyValueHeads = 4, HeadSize = 6, Layers = Layers(3, 6) };

    // Norms that add one, before and after and of heads, windows, two kinds of positions, capped logits, scaled embeddings.
    private static readonly JsonObject GemmaConfig = Llamas(Llama, new JsonObject
    {
        ["model_type"] = "gemma3_text",
        ["layer_types"] = new JsonArray("sliding_attention", "full_attention", "sliding_attention"),
        ["sliding_window"] = 5,
        ["rope_theta"] = 100,
        ["query_pre_attn_scalar"] = 16,
        ["final_logit_softcapping"] = 6,
        ["tie_word_embeddings"] = true,
        ["initializer_range"] = 0.3,
    });

    // Fused matrices, positions on a part of a head, a window.
    private static readonly JsonObject PhiConfig = Llamas(Llama, new JsonObject
    {
        ["model_type"] = "phi3",
        ["sliding_window"] = 7,
        ["partial_rotary_factor"] = 0.6,
        ["initializer_range"] = 0.3,
    });

    /// <summary>Norms of all kinds, windows, two kinds of positions, capped logits.</summary>
    public static readonly DecoderTraits Gemma = GemmaFamily.Gemma3(Fields(GemmaConfig));

    /// <summary>Fused matrices, positions on a part of a head, a window.</summary>
    public static readonly DecoderTraits Phi = Phi3Family.Read(Fields(PhiConfig));

    /// <summary>One model a kind of network; what Phi has of its own is small, and its golden numbers hold it.</summary>
    public static TheoryData<string> Kinds => ["t5", "t5-relu-tied", "llama", "llama-tied", "gemma"];

    public static ILanguageModel New(string kind, ulong seed, ScalarType dtype = ScalarType.Float32, TrainingCompute? compute = null) =>
        kind switch
        {
            "t5" => New(T5, seed, dtype, compute),
            "t5-relu-tied" => New(T5 with { FeedForwardProj = "relu", TieWordEmbeddings = true }, seed, dtype, compute),
            "llama" => New(Llama, seed, dtype, compute),
            "llama-tied" => New(Tied, seed, dtype, compute),
            "gemma" => New(Gemma, seed, dtype, compute),
            _ => throw new ArgumentException(kind, nameof(kind)),
        };

    public static T5Model New(T5Config config, ulong seed, ScalarType dtype = ScalarType.Float32, TrainingCompute? compute = null) =>
        new(config, Parameters(T5Weights.Specs(config), seed, dtype, compute), compute?.RecomputesBlocks ?? false);

    public static DecoderModel New(
        DecoderTraits traits, ulong seed, ScalarType dtype = ScalarType.Float32, TrainingCompute? compute = null) =>
        new(traits, Parameters(DecoderWeights.Specs(traits), seed, dtype, compute), compute?.RecomputesBlocks ?? false);

    /// <summary>Layers with plain positions on the whole of a head.</summary>
    public static IReadOnlyList<LayerTraits> Layers(int count, int headSize) =>
        [.. Enumerable.Repeat(new LayerTraits(new Rope(RopeScaling.Plain(headSize, 10_000))), count)];

    /// <summary>config.json of a decoder.</summary>
    public static JsonObject ConfigOf(DecoderTraits traits) => traits.Family switch
    {
        "gemma3_text" => GemmaConfig,
        _ => Llamas(traits, []),
    };

    /// <summary>What a plan knows of a model.</summary>
    public static IModelCosts CostsOf(string kind) => kind switch
    {
        "t5" => new T5Costs(T5),
        "t5-relu-tied" => new T5Costs(T5 with { FeedForwardProj = "relu", TieWordEmbeddings = true }),
        "llama" => new DecoderCosts(Llama),
        "llama-tied" => new DecoderCosts(Tied),
        "gemma" => new DecoderCosts(Gemma),
        _ => throw new ArgumentException(kind, nameof(kind)),
    };

    /// <summary>Rows of random length over random tokens; completions end with EOS.</summary>
    public static TokenBatch Batch(ulong seed, int rows)
    {
        var random = new SplitMix64(seed);
        return TokenBatch.Of([.. Enumerable.Range(0, rows).Select(b => (Ids(ref random), Ids(ref random), (long)b))]);
    }

    private static ConfigFields Fields(JsonObject config) => new(JsonSerializer.SerializeToElement(config), "config.json");

    private static JsonObject Llamas(DecoderTraits llama, JsonObject others)
    {
        JsonObject config = new()
        {
            ["model_type"] = llama.Family,
            ["vocab_size"] = llama.VocabSize,
            ["hidden_size"] = llama.HiddenSize,
            ["intermediate_size"] = llama.IntermediateSize,
            ["num_hidden_layers"] = llama.Layers.Count,
            ["num_attention_heads"] = llama.Heads,
            ["num_key_value_heads"] = llama.KeyValueHeads,
            ["head_dim"] = llama.HeadSize,
            ["tie_word_embeddings"] = llama.IsTied,
        };
        foreach (var (key, value) in others)
        {
            config[key] = value?.DeepClone();
        }

        return config;
    }

    private static ParameterSet Parameters(IReadOnlyList<ParameterSpec> specs, ulong seed, ScalarType dtype, TrainingCompute? compute)
    {
        var parameters = new ParameterSet(specs, CPU, dtype, compute?.Products);
        parameters.Initialise(seed);
        return parameters;
    }

    private static int[] Ids(ref SplitMix64 random)
    {
        var ids = new int[3 + random.Next(10)];
        for (var t = 0; t < ids.Length - 1; t++)
        {
            ids[t] = 2 + random.Next(Vocabulary - 2);
        }

        ids[^1] = 1;
        return ids;
    }
}
