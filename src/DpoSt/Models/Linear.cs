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
    private readonly Tensor? packed;

    /// <summary>The map of a parameter [N, K] that somebody else owns.</summary>
    public Linear(Tensor weight) => this.weight = weight;

    private Linear(Tensor weight, Tensor? packed)
    {
        this.weight = weight;
        this.packed = packed;
    }

    /// <summary>The same map, prepared for products with this many rows; gradients do not flow.</summary>
    public static Linear ForDecoding(Tensor weight, int rows) => new(
        weight,
        weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32 && System.Runtime.Intrinsics.X86.Avx2.IsSupported
            ? Aten.PackLinearWeight(weight.detach(), rows).DetachFromDisposeScope()
            : null);

    /// <summary>x [.., K] gives [.., N].</summary>
    public Tensor call(Tensor x) => packed is null ? LinearProduct.Apply(x, weight) : Aten.OneDnnLinear(x, packed);

    /// <inheritdoc/>
    public void Dispose() => packed?.Dispose();
}
