using System.Runtime.Intrinsics.X86;
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
    public static bool CanPack => Avx2.IsSupported;

    /// <summary>The map of a parameter [N, K] that somebody else owns, computed in its type or in another.</summary>
    public Linear(Tensor weight, ScalarType? products = null)
        : this(weight, (weight.size(0), weight.size(1)), products ?? weight.dtype, isPacked: false, isOwned: false)
    {
    }

    private Linear(Tensor weight, (long Outputs, long Inputs) shape, ScalarType products, bool isPacked, bool isOwned) =>
        (this.weight, Shape, Dtype, this.isPacked, this.isOwned) = (weight, shape, products, isPacked, isOwned);

    /// <summary>N and K.</summary>
    public (long Outputs, long Inputs) Shape { get; }

    /// <summary>Where products are computed.</summary>
    public Device Device => weight.device;

    /// <summary>The type they are computed in.</summary>
    public ScalarType Dtype { get; }

    /// <summary>
    /// The map of a parameter, prepared for products with this many rows, computed in its type or in another; gradients do not flow, and later
    /// changes of the weight do not show.
    /// </summary>
    public static Linear ForDecoding(Tensor weight, int rows, ScalarType? products = null)
    {
        var dtype = products ?? weight.dtype;
        using var scope = NewDisposeScope();
        var prepared = weight.detach().to(dtype);
        var packs = weight.device_type == DeviceType.CPU && CanPack && (dtype == ScalarType.Float32 || (dtype == ScalarType.BFloat16 && Avx512BW.IsSupported));
        return new Linear((packs ? Aten.PackLinearWeight(prepared, rows) : prepared).DetachFromDisposeScope(), (weight.size(0), weight.size(1)), dtype, packs, isOwned: true);
    }

    /// <summary>The same map for somebody who does not own it.</summary>
    public Linear Shared() => new(weight, Shape, Dtype, isPacked, isOwned: false);

    /// <summary>x [.., K] gives [.., N] in the type of the product.</summary>
    public Tensor call(Tensor x) => isPacked ? Aten.OneDnnLinear(x.In(Dtype), weight) : LinearProduct.Apply(x, weight, Dtype);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isOwned)
        {
            weight.Dispose();
        }
    }
}
