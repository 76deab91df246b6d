using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>Conversions, and where narrow types must widen: sums of squares, softmax and losses are computed in fp32 at least.</summary>
internal static class Precision
{
    /// <summary>The tensor in a type; itself where it is of that type, for a conversion to the same type costs a call too.</summary>
    public static Tensor In(this Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to(type);

    /// <summary>The tensor in fp32, or as it is where it is fp64 already.</summary>
    public static Tensor AtLeastSingle(this Tensor tensor) => tensor.dtype == ScalarType.Float64 ? tensor : tensor.to(ScalarType.Float32);
}
