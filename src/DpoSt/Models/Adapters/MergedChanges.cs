using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models.Adapters;

/// <summary>What an adapter adds to a model's matrices, for who only reads them.</summary>
/// <param name="lora">Which matrices change.</param>
/// <param name="adapter">The matrices that do it, which this owns.</param>
internal sealed class MergedChanges(LoraWeights lora, ParameterSet adapter) : IDisposable
{
    /// <summary>A matrix [N, K] in fp32 with what is added to it: itself where nothing is, else a copy.</summary>
    public Tensor Of(string name, Tensor weight)
    {
        if (lora[name] is not { } change)
        {
            return weight;
        }

        using var scope = NewDisposeScope();
        var merged = weight.clone();
        new LowRank(change, part => adapter[part]).MergeInto(merged);
        return merged.MoveToOuterDisposeScope();
    }

    /// <summary>Adds everything to a model's own parameters.</summary>
    public void MergeInto(ParameterSet parameters)
    {
        foreach (var spec in parameters.Specs)
        {
            if (lora[spec.Name] is { } change)
            {
                new LowRank(change, part => adapter[part]).MergeInto(parameters[spec.Name]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => adapter.Dispose();
}
