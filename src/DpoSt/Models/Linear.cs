using System.Runtime.Intrinsics.X86;
using DpoSt.Models.Adapters;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Native;
using DpoSt.Tensors.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Models;

/// <summary>A linear map without bias, y = x W^T. For training it is the parameter itself; for decoding on a CPU the weight is packed once,
/// for <see cref="DecodeGemm"/> or into oneDNN's blocked layout, which makes products with few rows two to eight times faster.</summary>
internal sealed class Linear : IDisposable
{
    private readonly Tensor weight;
    private readonly Layout layout;
    private readonly bool isOwned;
    private readonly LowRank? change;

    /// <summary>Whether this processor has packed products.</summary>
    public static bool CanPack => Avx2.IsSupported;

    /// <summary>The map of a parameter [N, K] that somebody else owns, computed in its type or in another.</summary>
    /// <param name="change">What an adapter adds to it.</param>
    public Linear(Tensor weight, ScalarType? products = null, LowRank? change = null)
        : this(weight, (weight.size(0), weight.size(1)), products ?? weight.dtype, Layout.Plain, isOwned: false) => this.change = change;

    private Linear(Tensor weight, (long Outputs, long Inputs) shape, ScalarType products, Layout layout, bool isOwned) =>
        (this.weight, Shape, Dtype, this.layout, this.isOwned) = (weight, shape, products, layout, isOwned);

    private enum Layout
    {
        Plain,
        Blocked,
        Panels,
    }

    /// <summary>N and K.</summary>
    public (long Outputs, long Inputs) Shape { get; }

    /// <summary>Where products are computed.</summary>
    public Device Device => weight.device;

    /// <summary>The type they are computed in.</summary>
    public ScalarType Dtype { get; }

    /// <summary>Whether a row's bits are the same whatever the number of rows.</summary>
    public bool KeepsRows => layout == Layout.Panels;

    /// <summary>The map of a parameter, prepared for products with this many rows, computed in its type or in another; gradients do not
    /// flow, and later changes of the weight may not show.</summary>
    public static Linear ForDecoding(Tensor weight, int rows, ScalarType? products = null)
    {
        var dtype = products ?? weight.dtype;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var kind = LayoutFor(weight, dtype);
        var prepared = weight.detach().to(dtype);
        var packed = kind switch
        {
            Layout.Panels => DecodeGemm.Pack(prepared),
            Layout.Blocked => Aten.PackLinearWeight(prepared, rows),
            _ => prepared,
        };
        return new Linear(packed.DetachFromDisposeScope(), (weight.size(0), weight.size(1)), dtype, kind, isOwned: true);
    }

    /// <summary>The same map for somebody who does not own it.</summary>
    public Linear Shared() => new(weight, Shape, Dtype, layout, isOwned: false);

    /// <summary>x [.., K] gives [.., N] in the type of the product, or in fp32 where only the weight is rounded to that type.</summary>
    public Tensor call(Tensor x) => layout switch
    {
        Layout.Panels => DecodeGemm.Apply(x.In(ScalarType.Float32), weight, (int)Shape.Outputs),
        Layout.Blocked => Aten.OneDnnLinear(x.In(Dtype), weight),
        _ when change is not null => change.Apply(x, weight, Dtype),
        _ => LinearProduct.Apply(x, weight, Dtype),
    };

    public void Dispose()
    {
        if (isOwned)
        {
            weight.Dispose();
        }
    }

    // Panels are for a stream in fp32, also where weights are rounded to bf16: it halves what a step reads.
    private static Layout LayoutFor(Tensor weight, ScalarType products) => (weight.device_type, weight.dtype, products) switch
    {
        (not DeviceType.CPU, _, _) => Layout.Plain,
        (_, ScalarType.Float32, ScalarType.Float32) when DecodeGemm.IsSupported => Layout.Panels,
        (_, ScalarType.Float32, ScalarType.BFloat16) when DecodeGemm.IsSupported && !Processor.HasFastBf16 => Layout.Panels,
        (_, _, ScalarType.Float32) when CanPack => Layout.Blocked,
        (_, _, ScalarType.BFloat16) when Processor.PacksBf16 => Layout.Blocked,
        _ => Layout.Plain,
    };
}
