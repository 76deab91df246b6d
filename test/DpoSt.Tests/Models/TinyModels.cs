using DpoSt.Models;
using DpoSt.Models.Costs;
using DpoSt.Models.Llama;
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

    public static readonly LlamaConfig Llama = new()
    {
        VocabSize = Vocabulary,
        HiddenSize = 24,
        IntermediateSize = 40,
        NumHiddenLayers = 3,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        HeadDim = 10,
        InitializerRange = 0.3,
    };

    /// <summary>One model a kind of network: "t5", "t5-relu-tied", "llama", "llama-tied".</summary>
    public static TheoryData<string> Kinds => ["t5", "t5-relu-tied", "llama", "llama-tied"];

    public static ILanguageModel New(string kind, ulong seed, ScalarType dtype = ScalarType.Float32, TrainingCompute? compute = null) =>
        kind switch
        {
            "t5" => New(T5, seed, dtype, compute),
            "t5-relu-tied" => New(T5 with { FeedForwardProj = "relu", TieWordEmbeddings = true }, seed, dtype, compute),
            "llama" => New(Llama, seed, dtype, compute),
            "llama-tied" => New(Llama with { TieWordEmbeddings = true, NumKeyValueHeads = 4, HeadDim = 6 }, seed, dtype, compute),
            _ => throw new ArgumentException(kind, nameof(kind)),
        };

    public static T5Model New(T5Config config, ulong seed, ScalarType dtype = ScalarType.Float32, TrainingCompute? compute = null) =>
        new(config, Parameters(T5Weights.Specs(config), seed, dtype, compute), compute?.RecomputesBlocks ?? false);

    public static LlamaModel New(LlamaConfig config, ulong seed, ScalarType dtype = ScalarType.Float32, TrainingCompute? compute = null) =>
        new(config, Parameters(LlamaWeights.Specs(config), seed, dtype, compute), compute?.RecomputesBlocks ?? false);

    /// <summary>What a plan knows of a model.</summary>
    public static IModelCosts CostsOf(string kind) => kind switch
    {
        "t5" => new T5Costs(T5),
        "t5-relu-tied" => new T5Costs(T5 with { FeedForwardProj = "relu", TieWordEmbeddings = true }),
        "llama" => new LlamaCosts(Llama),
        "llama-tied" => new LlamaCosts(Llama with { TieWordEmbeddings = true, NumKeyValueHeads = 4, HeadDim = 6 }),
        _ => throw new ArgumentException(kind, nameof(kind)),
    };

    /// <summary>Rows of random length over random tokens; completions end with EOS.</summary>
    public static TokenBatch Batch(ulong seed, int rows)
    {
        var random = new SplitMix64(seed);
        return TokenBatch.Of([.. Enumerable.Range(0, rows).Select(b => (Ids(ref random), Ids(ref random), (long)b))]);
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
