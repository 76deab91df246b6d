using DpoSt.Tensors.Native;
using static TorchSharp.torch;

namespace DpoSt.Models.Parameters;

/// <summary>The parameters of one block and decay group in one stretch of memory, with their gradients in another; or a shard of both, with
/// parameters that show their values only while somebody brings them together.</summary>
internal sealed class FlatBuffer : IDisposable
{
    private readonly List<Tensor> gradientViews = [];
    private readonly ParameterShard shard;
    private readonly Tensor? absent;

    internal FlatBuffer(string block, bool decay, IReadOnlyList<ParameterSpec> specs, Device device, ScalarType dtype, ParameterShard shard)
    {
        Block = block;
        Decay = decay;
        Specs = specs;
        this.shard = shard;
        Count = specs.Sum(s => s.Count);
        using var detached = NewDisposeScope();
        Values = zeros(shard.LengthOf(Count), dtype: dtype, device: device).DetachFromDisposeScope();
        // Whoever computes with parameters that are not shown shall notice.
        absent = IsWhole ? null : full([1], double.NaN, dtype: dtype, device: device).DetachFromDisposeScope();
        Views = [.. Parts(IsWhole ? Values : null).Select(view => view.detach().DetachFromDisposeScope())];
    }

    /// <summary>The block's name.</summary>
    public string Block { get; }

    /// <summary>Whether weight decay applies to all of it.</summary>
    public bool Decay { get; }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<ParameterSpec> Specs { get; }

    /// <summary>The numbers of all parameters together.</summary>
    public long Count { get; }

    /// <summary>All values, flat; or this process's shard of them.</summary>
    public Tensor Values { get; }

    /// <summary>One tensor a parameter: the same memory where the buffer is whole, else what was shown last.</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>All gradients, flat, or this process's shard of them; null until training begins.</summary>
    public Tensor? Gradients { get; private set; }

    /// <summary>Whether other blocks use some of it too.</summary>
    internal bool IsShared => Specs.Any(s => s.IsShared);

    private bool IsWhole => shard.Count == 1;

    /// <summary>Puts values at a place of the whole buffer, as far as they are kept here.</summary>
    /// <param name="offset">The place of the first.</param>
    /// <param name="values">[n], of any floating point type.</param>
    internal void Put(long offset, Tensor values)
    {
        var start = shard.Index * Values.numel();
        var (from, to) = (Math.Max(offset, start), Math.Min(offset + values.numel(), start + Values.numel()));
        if (from < to)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            Values.narrow(0, from - start, to - from).copy_(values.narrow(0, from - offset, to - from));
        }
    }

    /// <summary>Lets the parameters show the values of all shards, one after the other; null lets go of them. For a shard only.</summary>
    internal void Show(Tensor? whole)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (view, part) in Views.Zip(Parts(whole)))
        {
            Aten.SetData(view, part);
        }
    }

    /// <summary>Whether a parameter has a gradient of its own. For a shard only.</summary>
    internal bool HasGradients => Views.Any(view =>
    {
        using var gradient = view.grad;
        return gradient is not null;
    });

    /// <summary>Takes the parameters' gradients away, into a tensor as long as all shards together. For a shard only.</summary>
    internal Tensor TakeGradients()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var whole = zeros(shard.Count * Values.numel(), dtype: Values.dtype, device: Values.device);
        foreach (var (view, part) in Views.Zip(Parts(whole)))
        {
            if (view.grad is { } gradient)
            {
                part.copy_(gradient);
                view.grad = null;
                gradient.Dispose();
            }
        }

        return whole.MoveToOuterDisposeScope();
    }

    internal void EnableGradients()
    {
        if (Gradients is not null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        Gradients = zeros_like(Values).DetachFromDisposeScope();
        foreach (var (view, part) in Views.Zip(Parts(IsWhole ? Gradients : null)))
        {
            view.requires_grad_(true);
            if (IsWhole)
            {
                var gradient = part.detach().DetachFromDisposeScope();
                view.grad = gradient;
                gradientViews.Add(gradient);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Views.Concat(gradientViews))
        {
            tensor.Dispose();
        }

        absent?.Dispose();
        Gradients?.Dispose();
        Values.Dispose();
    }

    // A tensor's pieces in the parameters' shapes; of none, placeholders of those shapes.
    private IEnumerable<Tensor> Parts(Tensor? whole)
    {
        var offset = 0L;
        foreach (var spec in Specs)
        {
            yield return whole is null ? absent!.expand(spec.Shape) : whole.narrow(0, offset, spec.Count).view(spec.Shape);
            offset += spec.Count;
        }
    }
}
