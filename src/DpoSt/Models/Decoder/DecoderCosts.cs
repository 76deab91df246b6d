using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static DpoSt.Models.Costs.CostUnits;
using static TorchSharp.torch;

namespace DpoSt.Models.Decoder;

/// <summary>A decoder's memory and work (<see cref="DecoderStack"/>, <see cref="BatchAttention"/> and the CPU's kernels, line by line).
/// Shapes: N tokens of all groups, L tokens of one, D model, H query heads, K head size, I = H K, C = (H + 2 G) K with G key-value heads, F
/// feed-forward.</summary>
internal sealed class DecoderCosts(DecoderTraits traits) : IModelCosts
{
    private readonly long d = traits.HiddenSize;
    private readonly long i = traits.Inner;
    private readonly long c = traits.Inner + 2L * traits.KeyValueInner;
    private readonly long f = traits.IntermediateSize;

    public IReadOnlyList<ParameterSpec> Specs { get; } = DecoderWeights.Specs(traits);
    public double DropoutRate => traits.AttentionDropout;
    public int Lookups => 1;
    public bool IsCausal => true;

    public ForwardCosts Forward(BatchShape batch, bool bf16, bool dropout)
    {
        // A prompt and its completions, whose last tokens are scored but never fed.
        var lengths = batch.Prompts.Select(p => p.Prompt + p.Completions.Sum(t => (long)t - 1)).ToArray();
        var (n, squares) = (lengths.Sum(), lengths.Sum(l => l * l));
        var product = ProductBytes(bf16);
        var turned = traits.Layers.Select(layer => layer.Rope).OfType<Rope>().Distinct().Sum(rope => 2L * rope.Frequencies.Length);
        var around = IndexBytes * n + Fp32Bytes * squares * traits.Windows.Count                   // ids, masks
            + (Fp32Bytes * d + NormBytes) * n                                                      // the stream before the final norm
            + Fp32Bytes * turned * n                                                               // cosines and sines
            + (dropout ? IndexBytes * traits.Heads * n : 0);                                    // what keys the masks of attention's rows
        var kept = 2 * (Fp32Bytes * d + NormBytes) * n                                             // the stream, twice
            + product * n * (d + c + i + i)    // its norm, the turned query, key and value, the scaled query, what attention gives
            + product * (dropout ? 2 : 1) * traits.Heads * squares    // probabilities; dropout's result beside softmax's
            + product * n * (d + 3 * f)                                                    // the norm, gate and up, what they give
            + (bf16 ? product * (d * c + i * d + d * 2 * f + f * d) : 0)                   // a product in bf16 keeps the rounded weight
            + (traits.NormsAfter ? 2 * (Fp32Bytes * d + NormBytes) * n : 0)                // what attention and feed-forward give
            + (traits.NormsHeads ? (Fp32Bytes * (c - traits.KeyValueInner) + NormBytes * (traits.Heads + traits.KeyValueHeads)) * n : 0)
            + (traits.ScoreCap is null ? 0 : product * traits.Heads * squares);            // the capped scores' hyperbolic tangent
        var flops = 2.0 * (n * (d * c + i * d + d * 2 * f + f * d) + 2 * squares * i);
        var widest = product * Math.Max(n * Math.Max(2 * f, c), traits.Heads * squares);
        return new ForwardCosts(
            [new BlockCosts(traits.Layers.Count, Fp32Bytes * n * d, kept, widest, flops)], around,
                new HeadCosts(batch.ScoredTokens, d, traits.VocabSize));
    }

    public long CacheBytes(int slots, int maxPromptTokens, int maxNewTokens, bool bf16)
    {
        var positions = traits.Layers.Sum(layer =>
            RaggedCache.Positions(CachedDecoder.RowPositions(layer, slots, maxNewTokens))
            + RaggedCache.Positions(CachedDecoder.PromptPositions(layer, maxPromptTokens)));
        return 2 * ProductBytes(bf16) * traits.KeyValueInner * slots * positions;
    }

    public IModelCosts Miniature(long parameters)
    {
        var small = traits with { Layers = [traits.Layers[0]], VocabSize = Math.Min(traits.VocabSize, IModelCosts.FewWords) };
        while (DecoderWeights.Specs(small).Sum(s => s.Count) > parameters && small.KeyValueHeads > 1)
        {
            small = small with
            {
                HiddenSize = small.HiddenSize / 2,
                IntermediateSize = small.IntermediateSize / 2,
                KeyValueHeads = small.KeyValueHeads / 2,
                Heads = small.KeyValueHeads / 2 * (small.Heads / small.KeyValueHeads),
            };
        }

        return new DecoderCosts(small);
    }

    public ILanguageModel New(Device device, TrainingCompute compute) =>
        new DecoderModel(traits, new ParameterSet(Specs, device, products: compute.Products, shard: compute.Shard),
            compute.RecomputesBlocks);
}
