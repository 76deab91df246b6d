using static TorchSharp.torch;

namespace DpoSt.Parallel;

/// <summary>Whole tensors of which every rank has a part.</summary>
internal static class TensorParts
{
    /// <summary>Room for the whole of so many parts like this one: [count * n], undefined.</summary>
    public static Tensor NewWhole(this Tensor part, int count) => empty(count * part.numel(), dtype: part.dtype, device: part.device);

    /// <summary>Throws where so many parts do not make the whole.</summary>
    public static void CheckIsPartOf(this Tensor part, Tensor whole, int count)
    {
        if (whole.numel() != count * part.numel() || whole.dtype != part.dtype)
        {
            throw new ArgumentException(
                $"{count} parts of {part.numel()} numbers ({part.dtype}) do not make {whole.numel()} ({whole.dtype})", nameof(part));
        }
    }
}
