using DpoSt.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>
/// A linear map without bias, y = x W^T. For training it is the parameter itself; for decoding on a CPU the weight is packed once into
/// oneDNN's blocked layout, which makes products with few rows two to four times faster.
/// </summary>
internal sealed class Linear : IDisposable
{
    private readonly Tensor weight;
    private readonly bool isPacked;
    private readonly bool isOwned;

    /// <summary>Whether this processor has packed products.</summary>
    public static bool CanPack => System.Runtime.Intrinsics.X86.Avx2.IsSupported;

    /// <summary>The map of a parameter [N, K] that somebody else owns.</summary>
    public Linear(Tensor weight)
        : this(weight, (weight.size(0), weight.size(1)), isPacked: false, isOwned: false)
    {
    }

    private Linear(Tensor weight, (long Outputs, long Inputs) shape, bool isPacked, bool isOwned) =>
        (this.weight, Shape, this.isPacked, this.isOwned) = (weight, shape, isPacked, isOwned);

    /// <summary>N and K.</summary>
    public (long Outputs, long Inputs) Shape { get; }

    /// <summary>Where products are computed.</summary>
    public Device Device => weight.device;

    /// <summary>The type they are computed in.</summary>
    public ScalarType Dtype => weight.dtype;

    /// <summary>The same map, prepared for products with this many rows; gradients do not flow, and later changes of the weight do not show.</summary>
    public static Linear ForDecoding(Tensor weight, int rows)
    {
        var packs = weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32 && CanPack;
        return new Linear((packs ? Aten.PackLinearWeight(weight.detach(), rows) : weight.detach()).DetachFromDisposeScope(), (weight.size(0), weight.size(1)), packs, isOwned: true);
    }

    /// <summary>The same map for somebody who does not own it.</summary>
    public Linear Shared() => new(weight, Shape, isPacked, isOwned: false);

    /// <summary>x [.., K] gives [.., N].</summary>
    public Tensor call(Tensor x) => isPacked ? Aten.OneDnnLinear(x, weight) : LinearProduct.Apply(x, weight);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isOwned)
        {
            weight.Dispose();
        }
    }
}
