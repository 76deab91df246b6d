using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Models.Decoder;

/// <summary>Attention over packed rows, in training, scoring and reading prompts: softmax(q k^T scale) v among the tokens of a group.
/// Shapes: N tokens, L tokens of a group, H query heads, G key-value heads, K head size, I = H K.</summary>
/// <param name="turns">The positions of each layer; null where it has none.</param>
internal sealed class BatchAttention(DecoderTraits traits, PackedRows rows, IReadOnlyList<RotaryTurn?> turns, Dropout? dropout)
    : IDecoderAttention
{
    /// <summary>Sees each layer's rotated query, key and value [N, (H + 2 G) K].</summary>
    public Action<int, Tensor>? Watch { get; init; }

    public Tensor[] Tensors => rows.Masks;
    public IDecoderAttention Over(Tensor[] tensors) => new BatchAttention(traits, rows.Over(tensors), turns, dropout) { Watch = Watch };

    public Tensor Attend(int layer, Tensor qkv)
    {
        using var scope = NewDisposeScope();
        var turned = turns[layer]?.Apply(qkv, traits.Heads + traits.KeyValueHeads, traits.HeadSize) ?? qkv;
        Watch?.Invoke(layer, turned);
        var groups = turned.split(rows.GroupLengths, 0);                                                    // [L, (H + 2 G) K] each
        return cat(
            [.. groups.Select((group, g) => Mix(group, rows.MaskOf(g, traits.Layers[layer].Window), rows.AttentionKeys?[g], layer))], 0)
            .MoveToOuterDisposeScope();
    }

    private Tensor Mix(Tensor qkv, Tensor mask, ulong[]? dropoutKeys, int layer)
    {
        using var scope = NewDisposeScope();                 // the groups' scores must not wait for each other
        var (heads, groups, size) = (traits.Heads, traits.KeyValueHeads, traits.HeadSize);
        var length = qkv.size(0);
        var parts = qkv.view(length, heads + 2 * groups, size).transpose(0, 1).split([heads, groups, groups], 0);
        var q = parts[0].mul(traits.Scale).reshape(groups, -1, size);                                       // [G, H / G * L, K]
        var scores = BatchedProduct.Apply(q, parts[1]).view(1, heads, length, length);                      // [1, H, L, L]
        scores = traits.ScoreCap is { } cap ? scores.div(cap).tanh().mul(cap) : scores;
        var probabilities = BiasedSoftmax.Apply(scores, mask);
        if (dropout is not null)
        {
            probabilities = dropout.Apply(probabilities, dropoutKeys!, layer);
        }

        var mixed = BatchedProduct.Apply(probabilities.view(groups, -1, length), parts[2].transpose(1, 2));       // [G, H / G * L, K]
        return mixed.view(heads, length, size).transpose(0, 1).reshape(length, -1).MoveToOuterDisposeScope();    // [L, I]
    }
}
