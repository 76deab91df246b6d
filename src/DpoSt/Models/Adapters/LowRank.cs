using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Models.Adapters;

/// <summary>What an adapter adds to one of the model's products, as its matrices are now. Shapes: K inputs, N outputs, r rank.</summary>
/// <param name="change">Which matrices.</param>
/// <param name="weights">Gives them.</param>
internal sealed class LowRank(LoraWeights.Change change, Func<string, Tensor> weights)
{
    private long Rank => change.B[0].Shape[1];

    /// <summary>y [.., N] and what is added to it for x [.., K]; gradients flow to A, B, x and y.</summary>
    public Tensor AddTo(Tensor y, Tensor x, ScalarType products)
    {
        using var scope = NewDisposeScope();
        var inner = LinearProduct.Apply(x, weights(change.A.Name), products);                           // [.., parts r]
        var (row, pieces) = (0L, new List<Tensor>());
        for (var i = 0; i < change.Parts.Count; i++)
        {
            Gap(change.Parts[i].Row);
            pieces.Add(LinearProduct.Apply(inner.narrow(-1, i * Rank, Rank), weights(change.B[i].Name), products));
            row += change.Parts[i].Slice.Rows;
        }

        Gap(change.Of.Shape[0]);
        var added = pieces is [var one] ? one : cat(pieces, -1);                                        // [.., N]
        return y.add(added.In(y.dtype), alpha: change.Scale).MoveToOuterDisposeScope();

        void Gap(long until)
        {
            if (until > row)
            {
                pieces.Add(zeros([.. x.shape[..^1], until - row], dtype: products, device: x.device));
                row = until;
            }
        }
    }

    /// <summary>Adds s B A to the matrix [N, K] that it changes.</summary>
    public void MergeInto(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var a = weights(change.A.Name);
        foreach (var (i, part) in change.Parts.Index())
        {
            var delta = weights(change.B[i].Name).mm(a.narrow(0, i * Rank, Rank)).mul_(change.Scale);   // [N, K]
            weight.narrow(0, part.Row, part.Slice.Rows).add_(delta.to(weight.dtype));
        }
    }
}
