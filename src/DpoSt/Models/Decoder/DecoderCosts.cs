using DpoSt.Models.Adapters;
using DpoSt.Models.Costs;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Kernels;
using static DpoSt.Models.Costs.CostUnits;

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

    public ForwardCosts Forward(BatchShape batch, bool bf16, bool dropout, LoraWeights? adapter = null)
    {
        // A prompt and its completions, whose last tokens are scored but never fed.
        var lengths = batch.Prompts.Select(p => p.Prompt + p.Completions.Sum(t => (long)t - 1)).ToArray();
        var (n, squares) = (lengths.Sum(), lengths.Sum(l => l * l));
        var turned = traits.Layers.Select(layer => layer.Rope).OfType<Rope>().Distinct().Sum(rope => 2L * rope.Frequencies.Length);
        var around = (adapter is null ? IndexBytes * n : 0) + Fp32Bytes * squares * traits.Windows.Count    // ids, masks
            + Stream(n)                                                                            // before the final norm
            + Fp32Bytes * turned * n                                                               // cosines and sines
            + (dropout ? IndexBytes * traits.Heads * n : 0);                                    // what keys the masks of attention's rows
        var matrices = 2.0 * n * (d * c + i * d + d * 2 * f + f * d);
        var widest = ProductBytes(bf16) * Math.Max(n * Math.Max(2 * f, c), traits.Heads * squares);
        var (blocks, isReached) = (new List<BlockCosts>(), false);
        for (var layer = 0; layer < traits.Layers.Count; layer++)
        {
            var kept = new KeptBytes(adapter, bf16, isReached);
            Layer(kept, $"layer.{layer}", n, squares, bf16, dropout);
            isReached = kept.IsReached;
            blocks.Add(kept.Block(Fp32Bytes * n * d, widest, matrices, 4.0 * squares * i));
        }

        return new ForwardCosts(BlockCosts.Together(blocks), around,
            new HeadCosts(batch.ScoredTokens, d, traits.VocabSize, adapter is null));
    }

    private void Layer(KeptBytes kept, string name, long n, long squares, bool bf16, bool dropout)
    {
        var product = ProductBytes(bf16);
        kept.Keep(Stream(n));
        kept.Product($"{name}.attention.qkv", n, d, c);
        kept.Keep(traits.NormsHeads
            ? (Fp32Bytes * (c - traits.KeyValueInner) + NormBytes * (traits.Heads + traits.KeyValueHeads)) * n : 0);
        kept.Keep(product * n * (c + i));                                               // the turned query, key and value; the scaled query
        kept.Keep(traits.ScoreCap is null ? 0 : product * traits.Heads * squares);                // the capped scores' hyperbolic tangent
        kept.Keep(product * (dropout ? 2 : 1) * traits.Heads * squares);               // probabilities; dropout's result beside softmax's
        kept.Product($"{name}.attention.output", n, i, d);
        kept.Keep(traits.NormsAfter ? Stream(n) : 0);                                                               // what attention gives
        kept.Keep(Stream(n));
        kept.Product($"{name}.feedForward.up", n, d, 2 * f);
        kept.Keep(product * n * 2 * f);                                                                             // gate and up
        kept.Product($"{name}.feedForward.down", n, f, d);
        kept.Keep(traits.NormsAfter ? Stream(n) : 0);
    }

    // A norm keeps its input and a number a row.
    private long Stream(long n) => (Fp32Bytes * d + NormBytes) * n;

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

    public ILanguageModel Over(IWeights weights, bool recomputes) => new DecoderModel(traits, weights, recomputes);
}
