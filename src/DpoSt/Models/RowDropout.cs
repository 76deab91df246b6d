using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>A step's dropout over a padded batch [B, T]: knows which example and position every row is. Sites number the places of one
/// stack where something is dropped.</summary>
internal sealed class RowDropout
{
    private readonly Dropout dropout;
    private readonly ulong[] tokenKeys;          // [B * T]
    private readonly ulong[] attentionKeys;      // [B * H * T]
    private readonly int firstSite;

    public RowDropout(Dropout dropout, IReadOnlyList<long> examples, int length, int heads, int firstSite)
    {
        (this.dropout, this.firstSite) = (dropout, firstSite);
        tokenKeys = new ulong[examples.Count * length];
        attentionKeys = new ulong[examples.Count * heads * length];
        for (var b = 0; b < examples.Count; b++)
        {
            for (var t = 0; t < length; t++)
            {
                var key = Dropout.RowKey(examples[b], t);
                tokenKeys[b * length + t] = key;
                for (var h = 0; h < heads; h++)
                {
                    attentionKeys[(b * heads + h) * length + t] = CounterRandom.Bits(key, (ulong)h);
                }
            }
        }
    }

    /// <summary>Drops numbers of x [B * T, C].</summary>
    public Tensor Tokens(Tensor x, int site) => dropout.Apply(x, tokenKeys, firstSite + site);

    /// <summary>Drops attention probabilities [B, H, T, S].</summary>
    public Tensor Attention(Tensor probabilities, int site) => dropout.Apply(probabilities, attentionKeys, firstSite + site);
}
