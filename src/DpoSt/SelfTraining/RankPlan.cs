using DpoSt.Training;

namespace DpoSt.SelfTraining;

/// <summary>What one of several processes takes in a training stage.</summary>
/// <param name="Processes">How many there are.</param>
/// <param name="Rows">The most examples of a micro-batch that one of them computes.</param>
/// <param name="Memory">What it holds, at the longest of them.</param>
/// <param name="SentBytes">What it sends in an optimizer step, and receives, where each passes on to the next.</param>
public sealed record RankPlan(int Processes, int Rows, TrainingMemory Memory, long SentBytes);
