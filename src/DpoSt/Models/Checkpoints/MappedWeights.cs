using DpoSt.Models.Adapters;
using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models.Checkpoints;

/// <summary>The weights of a checkpoint that is only read, on a CPU: matrices are packed one after the other straight from the mapped
/// files, whose pages are given back as each is done, so that no second copy is ever held. Embeddings and norms stay where they are in the
/// file.</summary>
internal sealed class MappedWeights : IWeights
{
    // The hint for the packed layout: a decode step has a few rows to a few hundred.
    private const int PackedRows = 64;

    private readonly HubCheckpoint checkpoint;
    private readonly Dictionary<string, ParameterSpec> specs;
    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Linear> linears = new(StringComparer.Ordinal);
    private readonly Lazy<Tensor> scratch;
    private readonly ScalarType products;
    private readonly MergedChanges? changes;

    /// <summary>The weights of a checkpoint, which they own; products with its matrices are computed in a type of their own.</summary>
    /// <param name="changes">What an adapter adds to matrices, which these own.</param>
    /// <exception cref="UserErrorException">Lists every missing and unexpected name and every wrong shape.</exception>
    public MappedWeights(IReadOnlyList<ParameterSpec> specs, HubCheckpoint checkpoint, ScalarType products = ScalarType.Float32,
        MergedChanges? changes = null)
    {
        this.products = products;
        this.changes = changes;
        this.checkpoint = checkpoint;
        this.specs = specs.ToDictionary(s => s.Name, StringComparer.Ordinal);
        checkpoint.Check(specs);
        // One buffer for all matrices that must be put together first: fresh pages for each would cost more than the copy.
        scratch = new Lazy<Tensor>(() => empty(specs.Where(s => s.Slices.Count > 1).Max(s => s.Count)).DetachFromDisposeScope());
    }

    public Device Device => CPU;
    public ScalarType Dtype => ScalarType.Float32;
    public ScalarType DecodingProducts => products;

    public Tensor this[string name]
    {
        get
        {
            if (!tensors.TryGetValue(name, out var tensor))
            {
                using var scope = NewDisposeScope();
                tensors[name] = tensor = Changed(specs[name], null).DetachFromDisposeScope();
            }

            return tensor;
        }
    }

    public Linear Linear(string name)
    {
        if (!Models.Linear.CanPack)
        {
            return new Linear(this[name], products);
        }

        if (!linears.TryGetValue(name, out var linear))
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var spec = specs[name];
            checkpoint.Prefetch(spec);
            linears[name] = linear = Models.Linear.ForDecoding(
                Changed(spec, spec.Slices.Count > 1 ? scratch.Value : null), PackedRows, products);
            checkpoint.Release(spec);
        }

        return linear.Shared();
    }

    public Linear LinearForDecoding(string name, int rows) => Linear(name);

    // A matrix as the checkpoint has it, with what an adapter adds.
    private Tensor Changed(ParameterSpec spec, Tensor? room) => checkpoint.Read(spec, room) is var weight && changes is null
        ? weight : changes.Of(spec.Name, weight);

    public void Dispose()
    {
        changes?.Dispose();
        foreach (var linear in linears.Values)
        {
            linear.Dispose();
        }

        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }

        if (scratch.IsValueCreated)
        {
            scratch.Value.Dispose();
        }

        checkpoint.Dispose();
    }
}
