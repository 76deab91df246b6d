using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Models.Adapters;

/// <summary>What an adapter adds to one of the model's matrices, as its own are now. Shapes: K inputs, N outputs, r rank.</summary>
/// <param name="change">Which matrices.</param>
/// <param name="weights">Gives them.</param>
internal sealed class LowRank(LoraWeights.Change change, Func<string, Tensor> weights)
{
    /// <summary>x [.., K] times the frozen weight [N, K] and what is added to it gives [.., N].</summary>
    public Tensor Apply(Tensor x, Tensor weight, ScalarType products) => LowRankProduct.Apply(
        x, weight,
        new LowRankFactors(
            weights(change.A.Name), [.. change.B.Select(b => weights(b.Name))], [.. change.Parts.Select(part => part.Row)], change.Scale),
        products);

    /// <summary>Adds s B A to the matrix [N, K] that it changes.</summary>
    public void MergeInto(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (a, rank) = (weights(change.A.Name), change.B[0].Shape[1]);
        foreach (var (i, part) in change.Parts.Index())
        {
            var delta = weights(change.B[i].Name).mm(a.narrow(0, i * rank, rank)).mul_(change.Scale);   // [N, K]
            weight.narrow(0, part.Row, part.Slice.Rows).add_(delta.to(weight.dtype));
        }
    }
}
