using static TorchSharp.torch;

namespace DpoSt.Generation;

/// <summary>Chooses the next id of each row.</summary>
internal interface ITokenChooser
{
    /// <summary>logits [B, V] in fp32 give one id for each of the rows.</summary>
    int[] Next(Tensor logits, IReadOnlyList<Row> rows);
}
