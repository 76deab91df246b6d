using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static DpoSt.Models.Costs.CostUnits;
using static TorchSharp.torch;

namespace DpoSt.Models.Llama;

/// <summary>Llama's memory and work (<see cref="LlamaStack"/>, <see cref="LlamaBatchAttention"/> and the CPU's kernels, line by line).
/// Shapes: N tokens of all groups, L tokens of one, D model, H query heads, K head size, I = H K, C = (H + 2 G) K with G key-value heads, F
/// feed-forward.</summary>
internal sealed class LlamaCosts(LlamaConfig config) : IModelCosts
{
    private readonly long d = config.HiddenSize;
    private readonly long i = config.Inner;
    private readonly long c = config.Inner + 2L * config.KeyValueInner;
    private readonly long f = config.IntermediateSize;

    public IReadOnlyList<ParameterSpec> Specs { get; } = LlamaWeights.Specs(config);
    public double DropoutRate => config.AttentionDropout;
    public int Lookups => 1;
    public bool IsCausal => true;

    public ForwardCosts Forward(BatchShape batch, bool bf16, bool dropout)
    {
        // A prompt and its completions, whose last tokens are scored but never fed.
        var lengths = batch.Prompts.Select(p => p.Prompt + p.Completions.Sum(t => (long)t - 1)).ToArray();
        var (n, squares) = (lengths.Sum(), lengths.Sum(l => l * l));
        var product = ProductBytes(bf16);
        var around = IndexBytes * n + Fp32Bytes * squares                                          // ids, masks
            + (Fp32Bytes * d + NormBytes) * n                                                      // the stream before the final norm
            + Fp32Bytes * config.HeadSize * n                                                 // cosines and sines
            + (dropout ? IndexBytes * config.NumAttentionHeads * n : 0);                        // what keys the masks of attention's rows
        var kept = 2 * (Fp32Bytes * d + NormBytes) * n                                             // the stream, twice
            + product * n * (d + c + i + i)    // its norm, the turned query, key and value, the scaled query, what attention gives
            + product * (dropout ? 2 : 1) * config.NumAttentionHeads * squares    // probabilities; dropout's result beside softmax's
            + product * n * (d + 3 * f)                                                    // the norm, gate and up, what they give
            + (bf16 ? product * (d * c + i * d + d * 2 * f + f * d) : 0);                  // a product in bf16 keeps the rounded weight
        var flops = 2.0 * (n * (d * c + i * d + d * 2 * f + f * d) + 2 * squares * i);
        var widest = product * Math.Max(n * Math.Max(2 * f, c), config.NumAttentionHeads * squares);
        return new ForwardCosts(
            [new BlockCosts(config.NumHiddenLayers, Fp32Bytes * n * d, kept, widest, flops)], around,
                new HeadCosts(batch.ScoredTokens, d, config.VocabSize));
    }

    public long CacheBytes(int slots, int maxPromptTokens, int maxNewTokens, bool bf16) =>
        2 * ProductBytes(bf16) * config.KeyValueInner * config.NumHiddenLayers * slots * (
            RaggedCache.Positions(Math.Max(1, maxPromptTokens - 1)) + RaggedCache.Positions(maxNewTokens + 1));

    public IModelCosts Miniature(long parameters)
    {
        var small =
            config with { NumHiddenLayers = 1, VocabSize = Math.Min(config.VocabSize, IModelCosts.FewWords), HeadDim = config.HeadSize };
        while (LlamaWeights.Specs(small).Sum(s => s.Count) > parameters && small.KeyValueHeads > 1)
        {
            small = small with
            {
                HiddenSize = small.HiddenSize / 2,
                IntermediateSize = small.IntermediateSize / 2,
                NumKeyValueHeads = small.KeyValueHeads / 2,
                NumAttentionHeads = small.KeyValueHeads / 2 * (small.NumAttentionHeads / small.KeyValueHeads),
            };
        }

        return new LlamaCosts(small);
    }

    public ILanguageModel New(Device device, TrainingCompute compute) =>
        new LlamaModel(config, new ParameterSet(Specs, device, products: compute.Products, shard: compute.Shard), compute.RecomputesBlocks);
}
