using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Files;

/// <summary>A tensor that is only made when it is written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Its type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Read">Makes it, or gives one that is there.</param>
internal sealed record PendingTensor(string Name, ScalarType Dtype, long[] Shape, Func<Tensor> Read)
{
    /// <summary>Its size in bytes.</summary>
    public long Bytes => Shape.Aggregate(1L, (product, size) => product * size) * Dtype.ElementSize();
}
