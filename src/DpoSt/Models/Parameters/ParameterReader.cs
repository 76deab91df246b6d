using static TorchSharp.torch;

namespace DpoSt.Models.Parameters;

/// <summary>Reads whole parameters in turn, also where this process keeps shards: then only a block's are whole at a time.</summary>
/// <param name="whole">Makes the whole of a buffer, by its number; null where the parameters are there.</param>
internal sealed class ParameterReader(ParameterSet parameters, Func<int, Tensor>? whole) : IDisposable
{
    private readonly Dictionary<FlatBuffer, Tensor> block = [];

    /// <summary>A parameter; of the caller's scope.</summary>
    public Tensor this[ParameterSpec spec] => whole is null ? parameters[spec.Name].detach() : Cut(spec);

    public void Dispose()
    {
        foreach (var tensor in block.Values)
        {
            tensor.Dispose();
        }

        block.Clear();
    }

    private Tensor Cut(ParameterSpec spec)
    {
        var (index, buffer) = parameters.Buffers.Index().First(b => b.Item.Specs.Contains(spec));
        if (!block.TryGetValue(buffer, out var values))
        {
            if (block.Keys.Any(other => other.Block != buffer.Block))
            {
                Dispose();
            }

            block.Add(buffer, values = whole!(index).DetachFromDisposeScope());
        }

        return values.narrow(0, buffer.Specs.TakeWhile(s => s != spec).Sum(s => s.Count), spec.Count).view(spec.Shape);
    }
}
