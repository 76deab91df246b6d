using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static DpoSt.Models.Costs.CostUnits;
using static TorchSharp.torch;

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

    public ForwardCosts Forward(BatchShape batch, bool bf16, bool dropout)
    {
        var (p, s, b, t) = ((long)batch.Prompts.Count, (long)batch.PromptWidth, (long)batch.Rows, (long)batch.CompletionWidth);
        var isPadded = batch.Prompts.Any(prompt => prompt.Prompt != s);
        var around = IndexBytes * (p * s + b * t + s * s + t * t)                               // ids, buckets
            + Fp32Bytes * h * ((isPadded ? p : 1) * s * s + t * t)                            // biases with padding and the causal mask
            + (Fp32Bytes * d + NormBytes) * (p * s + b * t)                                        // the stream before the final norms
            + Fp32Bytes * d * p * s                                                           // the encoder's output
            + (dropout ? IndexBytes * (1 + h) * (p * s + b * t) : 0);     // keys of dropout masks
        return new ForwardCosts(
            [Encoder(p, s, bf16, dropout), Decoder(p, s, b, t, bf16, dropout)], around,
                new HeadCosts(batch.ScoredTokens, d, config.VocabSize));
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

    public ILanguageModel New(Device device, TrainingCompute compute) =>
        new T5Model(config, new ParameterSet(Specs, device, products: compute.Products, shard: compute.Shard), compute.RecomputesBlocks);

    private BlockCosts Encoder(long p, long s, bool bf16, bool dropout)
    {
        var n = p * s;
        return new BlockCosts(
            config.NumLayers, Fp32Bytes * n * d, SelfBytes(p, s, bf16, dropout) + FeedForwardBytes(n, bf16, dropout),
            Widest(n, p * s * s, bf16),
            SelfFlops(p, s) + FeedForwardFlops(n));
    }

    private BlockCosts Decoder(long p, long s, long b, long t, bool bf16, bool dropout)
    {
        var n = b * t;
        var product = ProductBytes(bf16);
        var cross = (Fp32Bytes * d + NormBytes) * n                                                // the stream
            + product * (d * n + i * n + 2 * i * b * s + i * n)    // its norm, query, key and value, what attention gives
            + product * Probabilities(dropout) * b * h * t * s
            + (bf16 ? product * d * p * s : 0)                                             // the encoder's output, rounded
            + Rounded(bf16, d * i + d * 2 * i + i * d);
        var flops = 2.0 * (n * d * i + p * s * d * 2 * i + 2 * n * s * i + n * i * d);
        return new BlockCosts(
            config.DecoderLayers, Fp32Bytes * n * d, SelfBytes(b, t, bf16, dropout) + cross + FeedForwardBytes(n, bf16, dropout),
            Widest(n, b * t * Math.Max(s, t), bf16),
            SelfFlops(b, t) + flops + FeedForwardFlops(n));
    }

    // rows x length tokens that attend to each other: stream, norm, query, key and value by head, probabilities, what attention gives.
    private long SelfBytes(long rows, long length, bool bf16, bool dropout) =>
        (Fp32Bytes * d + NormBytes) * rows * length
        + ProductBytes(bf16) * (rows * length * (d + 3 * i + i) + Probabilities(dropout) * rows * h * length * length)
        + Rounded(bf16, d * 3 * i + i * d);

    // Stream, norm, both halves, what they give; relu keeps that too, where dropout makes another of it.
    private long FeedForwardBytes(long n, bool bf16, bool dropout) =>
        (Fp32Bytes * d + NormBytes) * n
        + ProductBytes(bf16) * n * (d + (config.Gated ? 3 : dropout ? 2 : 1) * f)
        + Rounded(bf16, d * up * f + f * d);

    private double SelfFlops(long rows, long length) => 2.0 * rows * length * (d * 3 * i + 2 * length * i + i * d);
    private double FeedForwardFlops(long n) => 2.0 * n * (d * up * f + f * d);
    private long Widest(long n, long scores, bool bf16) => ProductBytes(bf16) * Math.Max(n * Math.Max(up * f, 3 * i), h * scores);

    // Dropout's result is kept beside softmax's.
    private static long Probabilities(bool dropout) => dropout ? 2 : 1;

    // A product in bf16 keeps the rounded weight.
    private static long Rounded(bool bf16, long numbers) => bf16 ? 2 * numbers : 0;
}
