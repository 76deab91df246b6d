using DpoSt.Models;
using DpoSt.Models.T5;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

/// <summary>A T5 small enough for properties, with random weights large enough to tell rows apart.</summary>
internal static class TinyT5
{
    public const int Vocabulary = 61;

    public static readonly T5Config Config = new()
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

    public static T5Model New(ulong seed, ScalarType dtype = ScalarType.Float32) => New(Config, seed, dtype);

    public static T5Model New(T5Config config, ulong seed, ScalarType dtype = ScalarType.Float32)
    {
        var parameters = new ParameterSet(T5Weights.Specs(config), CPU, dtype);
        parameters.Initialise(seed);
        return new T5Model(config, parameters);
    }

    /// <summary>Rows of random length over random tokens; completions end with EOS.</summary>
    public static TokenBatch Batch(ulong seed, int rows)
    {
        var random = new SplitMix64(seed);
        return TokenBatch.Of([.. Enumerable.Range(0, rows).Select(b => (Ids(ref random), Ids(ref random), (long)b))]);
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
