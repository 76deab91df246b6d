namespace DpoSt.Models.Parameters;

/// <summary>One trainable tensor of a model: its shape and where its rows come from in a Hugging Face checkpoint. Matrices that are applied
/// to the same input are one parameter here (query, key and value; gate and up), and several there.</summary>
/// <param name="Name">Our name.</param>
/// <param name="Shape">Rows first.</param>
/// <param name="Block">The unit it is stored, reduced and sharded with.</param>
/// <param name="Decay">Whether weight decay applies.</param>
/// <param name="Slices">Its rows, in order.</param>
internal sealed record ParameterSpec(string Name, long[] Shape, string Block, bool Decay, IReadOnlyList<HubSlice> Slices)
{
    /// <summary>Whether other blocks use it too: its gradient is complete only when the whole backward pass is over.</summary>
    public bool IsShared { get; init; }

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>A matrix [rows, columns] that decays, from one or several Hugging Face matrices below each other.</summary>
    public static ParameterSpec Matrix(string name, string block, long columns, params HubSlice[] slices) =>
        new(name, [slices.Sum(s => s.Rows), columns], block, Decay: true, slices);

    /// <summary>A norm's weight: starts where the norm multiplies by one, and does not decay.</summary>
    /// <param name="addsOne">Whether the norm multiplies by one plus the weight.</param>
    public static ParameterSpec Norm(string name, string block, string hubName, long size, bool addsOne = false) =>
        new(name, [size], block, Decay: false, [new HubSlice(hubName, size, 0, addsOne ? 0 : 1)]);

    /// <summary>A map's bias, from one or several Hugging Face biases behind each other: does not decay.</summary>
    public static ParameterSpec Bias(string name, string block, params HubSlice[] slices) =>
        new(name, [slices.Sum(s => s.Rows)], block, Decay: false, slices);
}

/// <summary>Consecutive rows of a parameter that a checkpoint keeps under a name of their own.</summary>
/// <param name="Name">The Hugging Face name.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Deviation">Standard deviation of a fresh model's normal initialisation.</param>
/// <param name="Mean">Its mean.</param>
internal sealed record HubSlice(string Name, long Rows, double Deviation, double Mean = 0);
