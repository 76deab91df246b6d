using DpoSt.Models.Adapters;
using static DpoSt.Models.Costs.CostUnits;

namespace DpoSt.Models.Costs;

/// <summary>What a layer keeps for its backward pass, counted in the order in which it computes: before the first matrix that an adapter
/// changes there is no gradient, and nothing is kept.</summary>
/// <param name="adapter">The matrices that change where all weights are frozen; null where they are trained.</param>
/// <param name="bf16">Whether products are in bfloat16.</param>
/// <param name="isReached">Whether gradients go back beyond the layer.</param>
internal sealed class KeptBytes(LoraWeights? adapter, bool bf16, bool isReached)
{
    private long sum;
    private double added;

    /// <summary>Whether gradients come to what was computed last.</summary>
    public bool IsReached { get; private set; } = adapter is null || isReached;

    /// <summary>What is kept where a gradient comes.</summary>
    public void Keep(long bytes) => sum += IsReached ? bytes : 0;

    /// <summary>Gradients come from what else it read.</summary>
    public void Reach(bool isReached) => IsReached |= isReached;

    /// <summary>A product with a matrix of so many inputs and outputs: it keeps its input where the matrix is trained or changes, and in
    /// bfloat16 the rounded weight where it is trained.</summary>
    /// <param name="isThere">Whether what gives the input keeps it too.</param>
    public void Product(string name, long rows, long inputs, long outputs, bool isThere = false)
    {
        var input = isThere && IsReached ? 0 : ProductBytes(bf16) * rows * inputs;
        if (adapter is null)
        {
            sum += input + (bf16 ? ProductBytes(bf16) * inputs * outputs : 0);
        }
        else if (adapter[name] is { } change)
        {
            sum += input + ProductBytes(bf16) * rows * change.A.Shape[0];
            added += 2.0 * rows * (change.A.Count + change.B.Sum(b => b.Count));
            IsReached = true;
        }
    }

    /// <summary>A layer that keeps what was counted.</summary>
    /// <param name="input">Bytes of the residual stream before it.</param>
    /// <param name="widest">Bytes of the widest result.</param>
    /// <param name="matrices">Operations of its products with matrices.</param>
    /// <param name="others">Those of activations with each other.</param>
    public BlockCosts Block(long input, long widest, double matrices, double others) =>
        new(1, input, sum, widest, matrices + others + added, (adapter is null ? matrices : 0) + others + added);
}
