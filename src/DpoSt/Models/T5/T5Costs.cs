using DpoSt.Models.Adapters;
using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static DpoSt.Models.Costs.CostUnits;

namespace DpoSt.Models.T5;

/// <summary>T5's memory and work (<see cref="T5Stack"/>, <see cref="T5BatchAttention"/> and the CPU's kernels, line by line). Shapes: B
/// rows, P prompts, S source, T target, N tokens of a stack, D model, I heads times head size, F feed-forward, H heads.</summary>
internal sealed class T5Costs(T5Config config) : IModelCosts
{
    private readonly long d = config.DModel;
    private readonly long i = config.Inner;
    private readonly long f = config.DFf;
    private readonly long h = config.NumHeads;
    private readonly long up = config.Gated ? 2 : 1;

    public IReadOnlyList<ParameterSpec> Specs { get; } = T5Weights.Specs(config);
    public double DropoutRate => config.DropoutRate;
    public int Lookups => 2;
    public bool IsCausal => false;

    public ForwardCosts Forward(BatchShape batch, bool bf16, bool dropout, LoraWeights? adapter = null)
    {
        var (p, s, b, t) = ((long)batch.Prompts.Count, (long)batch.PromptWidth, (long)batch.Rows, (long)batch.CompletionWidth);
        var isPadded = batch.Prompts.Any(prompt => prompt.Prompt != s);
        var (blocks, isReached) = (new List<BlockCosts>(), false);
        for (var layer = 0; layer < config.NumLayers; layer++)
        {
            var kept = new KeptBytes(adapter, bf16, isReached);
            SelfAttention(kept, $"encoder.{layer}", p, s, bf16, dropout);
            FeedForward(kept, $"encoder.{layer}", p * s, bf16, dropout);
            isReached = kept.IsReached;
            blocks.Add(kept.Block(
                Fp32Bytes * p * s * d, Widest(p * s, p * s * s, bf16), p * s * (SelfFlops + FeedForwardFlops), 4.0 * p * s * s * i));
        }

        var isMemoryReached = isReached;
        var cross = 4.0 * d * i * (b * t + p * s);                                                 // query and output, key and value
        isReached = false;
        for (var layer = 0; layer < config.DecoderLayers; layer++)
        {
            var kept = new KeptBytes(adapter, bf16, isReached);
            SelfAttention(kept, $"decoder.{layer}", b, t, bf16, dropout);
            CrossAttention(kept, $"decoder.{layer}", batch, isMemoryReached, bf16, dropout);
            FeedForward(kept, $"decoder.{layer}", b * t, bf16, dropout);
            isReached = kept.IsReached;
            blocks.Add(kept.Block(
                Fp32Bytes * b * t * d, Widest(b * t, b * t * Math.Max(s, t), bf16), b * t * (SelfFlops + FeedForwardFlops) + cross,
                4.0 * b * t * (s + t) * i));
        }

        var around = (adapter is null ? IndexBytes * (p * s + b * t + s * s + t * t) : 0)          // ids, buckets
            + Fp32Bytes * h * ((isPadded ? p : 1) * s * s + t * t)                            // biases with padding and the causal mask
            + Stream(p * s + b * t)                                                                // before the final norms
            + Fp32Bytes * d * p * s                                                           // the encoder's output
            + (dropout ? IndexBytes * (1 + h) * (p * s + b * t) : 0);     // keys of dropout masks
        return new ForwardCosts(BlockCosts.Together(blocks), around,
            new HeadCosts(batch.ScoredTokens, d, config.VocabSize, adapter is null));
    }

    public long CacheBytes(int slots, int maxPromptTokens, int maxNewTokens, bool bf16) =>
        2 * ProductBytes(bf16) * i * config.DecoderLayers * slots * (
            RaggedCache.Positions(maxPromptTokens) + RaggedCache.Positions(maxNewTokens + 1));

    public IModelCosts Miniature(long parameters)
    {
        var small = config with { NumLayers = 1, NumDecoderLayers = 1, VocabSize = Math.Min(config.VocabSize, IModelCosts.FewWords) };
        while (T5Weights.Specs(small).Sum(s => s.Count) > parameters && small.NumHeads > 1)
        {
            small = small with { DModel = small.DModel / 2, DFf = small.DFf / 2, NumHeads = small.NumHeads / 2 };
        }

        return new T5Costs(small);
    }

    public ILanguageModel Over(IWeights weights, bool recomputes) => new T5Model(config, weights, recomputes);

    // rows x length tokens that attend to each other.
    private void SelfAttention(KeptBytes kept, string name, long rows, long length, bool bf16, bool dropout)
    {
        var (n, product) = (rows * length, ProductBytes(bf16));
        kept.Keep(Stream(n));
        kept.Product($"{name}.self.qkv", n, d, 3 * i);
        kept.Keep(product * (n * 3 * i + Probabilities(dropout) * rows * h * length * length));   // query, key and value by head
        kept.Product($"{name}.self.output", n, i, d);
    }

    private void CrossAttention(KeptBytes kept, string name, BatchShape batch, bool isMemoryReached, bool bf16, bool dropout)
    {
        var (p, s, b, t) = ((long)batch.Prompts.Count, (long)batch.PromptWidth, (long)batch.Rows, (long)batch.CompletionWidth);
        var (n, product) = (b * t, ProductBytes(bf16));
        kept.Keep(Stream(n));
        kept.Product($"{name}.cross.query", n, d, i);
        kept.Reach(isMemoryReached);
        // The encoder's output is there for all layers; what is rounded of it is each layer's own.
        kept.Product($"{name}.cross.keyValue", bf16 ? p * s : 0, d, 2 * i);
        kept.Keep(product * (n * i + 2 * i * b * s + Probabilities(dropout) * b * h * t * s));    // query, key and value by head
        kept.Product($"{name}.cross.output", n, i, d);
    }

    // Stream, both halves, what they give; relu keeps that itself, where dropout makes another of it.
    private void FeedForward(KeptBytes kept, string name, long n, bool bf16, bool dropout)
    {
        kept.Keep(Stream(n));
        kept.Product($"{name}.feedForward.up", n, d, up * f);
        kept.Keep(ProductBytes(bf16) * n * up * f);
        kept.Product($"{name}.feedForward.down", n, f, d, isThere: !config.Gated && !dropout);
    }

    // A norm keeps its input and a number a row.
    private long Stream(long n) => (Fp32Bytes * d + NormBytes) * n;

    // Of a token's products with matrices.
    private double SelfFlops => 2.0 * (d * 3 * i + i * d);
    private double FeedForwardFlops => 2.0 * (d * up * f + f * d);
    private long Widest(long n, long scores, bool bf16) => ProductBytes(bf16) * Math.Max(n * Math.Max(up * f, 3 * i), h * scores);

    // Dropout's result is kept beside softmax's.
    private static long Probabilities(bool dropout) => dropout ? 2 : 1;
}
