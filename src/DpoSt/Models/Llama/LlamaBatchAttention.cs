using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Models.Llama;

/// <summary>Llama attention over packed rows, in training, scoring and reading prompts: softmax(q k^T / sqrt(K)) v among the tokens of a
/// group. Shapes: N tokens, L tokens of a group, H query heads, G key-value heads, K head size, I = H K.</summary>
internal sealed class LlamaBatchAttention(LlamaConfig config, PackedRows rows, RotaryTurn turn, Dropout? dropout) : ILlamaAttention
{
    /// <summary>Sees each layer's rotated query, key and value [N, (H + 2 G) K].</summary>
    public Action<int, Tensor>? Watch { get; init; }

    public Tensor[] Tensors => rows.Masks;
    public ILlamaAttention Over(Tensor[] tensors) => new LlamaBatchAttention(config, rows.Over(tensors), turn, dropout) { Watch = Watch };

    public Tensor Attend(int layer, Tensor qkv)
    {
        using var scope = NewDisposeScope();
        var turned = turn.Apply(qkv, config.NumAttentionHeads + config.KeyValueHeads, config.HeadSize);
        Watch?.Invoke(layer, turned);
        var groups = turned.split(rows.GroupLengths, 0);                                                    // [L, (H + 2 G) K] each
        return cat([.. groups.Select((group, g) => Mix(group, rows.Masks[g], rows.AttentionKeys?[g], layer))], 0).MoveToOuterDisposeScope();
    }

    private Tensor Mix(Tensor qkv, Tensor mask, ulong[]? dropoutKeys, int layer)
    {
        using var scope = NewDisposeScope();                 // the groups' scores must not wait for each other
        var (heads, groups, size) = (config.NumAttentionHeads, config.KeyValueHeads, config.HeadSize);
        var length = qkv.size(0);
        var parts = qkv.view(length, heads + 2 * groups, size).transpose(0, 1).split([heads, groups, groups], 0);
        var q = parts[0].mul(1 / Math.Sqrt(size)).reshape(groups, -1, size);                                // [G, H / G * L, K]
        var scores = BatchedProduct.Apply(q, parts[1]).view(1, heads, length, length);                      // [1, H, L, L]
        var probabilities = BiasedSoftmax.Apply(scores, mask);
        if (dropout is not null)
        {
            probabilities = dropout.Apply(probabilities, dropoutKeys!, layer);
        }

        var mixed = BatchedProduct.Apply(probabilities.view(groups, -1, length), parts[2].transpose(1, 2));       // [G, H / G * L, K]
        return mixed.view(heads, length, size).transpose(0, 1).reshape(length, -1).MoveToOuterDisposeScope();    // [L, I]
    }
}
