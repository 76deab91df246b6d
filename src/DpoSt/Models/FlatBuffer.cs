using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>The parameters of one block and decay group in one stretch of memory, with their gradients in another.</summary>
public sealed class FlatBuffer : IDisposable
{
    private readonly List<Tensor> gradientViews = [];

    internal FlatBuffer(string block, bool decay, IReadOnlyList<ParameterSpec> specs, Device device, ScalarType dtype)
    {
        Block = block;
        Decay = decay;
        Specs = specs;
        using var detached = NewDisposeScope();
        Values = zeros(specs.Sum(s => s.Count), dtype: dtype, device: device).DetachFromDisposeScope();
        var views = new List<Tensor>();
        var offset = 0L;
        foreach (var spec in specs)
        {
            views.Add(Values.narrow(0, offset, spec.Count).view(spec.Shape).detach().DetachFromDisposeScope());
            offset += spec.Count;
        }

        Views = views;
    }

    /// <summary>The block's name.</summary>
    public string Block { get; }

    /// <summary>Whether weight decay applies to all of it.</summary>
    public bool Decay { get; }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<ParameterSpec> Specs { get; }

    /// <summary>All values, flat.</summary>
    public Tensor Values { get; }

    /// <summary>The same memory, one tensor a parameter.</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>All gradients, flat; null until training begins.</summary>
    public Tensor? Gradients { get; private set; }

    internal void EnableGradients()
    {
        if (Gradients is not null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        Gradients = zeros_like(Values).DetachFromDisposeScope();
        var offset = 0L;
        foreach (var view in Views)
        {
            view.requires_grad_(true);
            var gradient = Gradients.narrow(0, offset, view.numel()).view(view.shape).detach().DetachFromDisposeScope();
            view.grad = gradient;
            gradientViews.Add(gradient);
            offset += view.numel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Views.Concat(gradientViews))
        {
            tensor.Dispose();
        }

        Gradients?.Dispose();
        Values.Dispose();
    }
}
