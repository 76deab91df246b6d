using static TorchSharp.torch;

namespace DpoSt.Training.Resuming;

/// <summary>A part of what a run must keep to go on to the bit.</summary>
/// <param name="Values">Flat: all of it, or the shard that this process keeps.</param>
internal sealed record StateTensor(string Name, Tensor Values, long Count);
