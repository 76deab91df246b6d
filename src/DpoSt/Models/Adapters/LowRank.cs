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
        var inner = LinearProduct.Apply(x, weights(change.A.Name), products).mul(change.Scale);         // [.., parts r]
        var outer = Outer();                                                                            // [N, parts r]
        if (y.dtype != ScalarType.Float32 || products != ScalarType.Float32)
        {
            return y.add(LinearProduct.Apply(inner, outer, products).In(y.dtype)).MoveToOuterDisposeScope();
        }

        // Nothing as large as y is allocated but the sum.
        var sum = addmm(y.reshape(-1, y.size(-1)), inner.reshape(-1, inner.size(-1)), outer.t(), 1, 1);
        return sum.view(y.shape).MoveToOuterDisposeScope();
    }

    // All B in one matrix, so that they take one product: each has its rows of y and its columns of what A gave.
    private Tensor Outer()
    {
        if (change.Parts.Count == 1 && change.Parts[0].Slice.Rows == change.Of.Shape[0])
        {
            return weights(change.B[0].Name);
        }

        var (row, width, rows) = (0L, change.A.Shape[0], new List<Tensor>());
        for (var i = 0; i < change.Parts.Count; i++)
        {
            Gap(change.Parts[i].Row);
            rows.Add(nn.functional.pad(weights(change.B[i].Name), [i * Rank, width - ((i + 1) * Rank)]));
            row += change.Parts[i].Slice.Rows;
        }

        Gap(change.Of.Shape[0]);
        return cat(rows, 0);

        void Gap(long until)
        {
            if (until > row)
            {
                var b = weights(change.B[0].Name);
                rows.Add(zeros(until - row, width, dtype: b.dtype, device: b.device));
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
