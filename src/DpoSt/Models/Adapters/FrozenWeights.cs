using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models.Adapters;

/// <summary>Weights in memory without gradients or moments: matrices in bfloat16 where the file has them so and products are computed so,
/// all else in fp32.</summary>
internal sealed class FrozenWeights : IWeights
{
    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    /// <summary>Weights that are not set yet.</summary>
    /// <param name="isBf16">Which are kept in bfloat16.</param>
    public FrozenWeights(IReadOnlyList<ParameterSpec> specs, Func<ParameterSpec, bool> isBf16, Device device, ScalarType products)
    {
        (Device, DecodingProducts) = (device, products);
        foreach (var spec in specs)
        {
            tensors.Add(spec.Name, zeros(
                spec.Shape, dtype: isBf16(spec) ? ScalarType.BFloat16 : ScalarType.Float32, device: device).DetachFromDisposeScope());
        }
    }

    /// <summary>Reads all of a checkpoint's.</summary>
    /// <exception cref="UserErrorException">Lists every missing and unexpected name and every wrong shape.</exception>
    public FrozenWeights(IReadOnlyList<ParameterSpec> specs, HubCheckpoint checkpoint, Device device, ScalarType products)
    {
        (Device, DecodingProducts) = (device, products);
        checkpoint.Check(specs);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var spec in specs)
        {
            var type = IsBf16(spec, checkpoint, products) ? ScalarType.BFloat16 : ScalarType.Float32;
            var tensor = empty(spec.Shape, dtype: type, device: device).DetachFromDisposeScope();
            tensors.Add(spec.Name, tensor);
            checkpoint.CopyTo(tensor, spec);
            checkpoint.Release(spec);
        }
    }

    public Device Device { get; }

    public ScalarType Dtype => ScalarType.Float32;

    public ScalarType DecodingProducts { get; }

    public Tensor this[string name] => tensors[name];

    public Linear Linear(string name) => new(this[name], DecodingProducts);

    public Linear LinearForDecoding(string name, int rows) => Models.Linear.ForDecoding(this[name], rows, DecodingProducts);

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>Whether a parameter is kept in bfloat16.</summary>
    public static bool IsBf16(ParameterSpec spec, HubCheckpoint checkpoint, ScalarType products) =>
        products == ScalarType.BFloat16 && spec is { Shape.Length: 2, Decay: true } && checkpoint.IsBf16(spec);
}
