using DpoSt.Training;

namespace DpoSt.Planning;

/// <summary>What one of several processes takes in a training stage.</summary>
/// <param name="Processes">How many there are.</param>
/// <param name="Rows">The most examples of a micro-batch that one of them computes.</param>
/// <param name="Memory">What it holds, at the longest of them.</param>
/// <param name="SentBytes">What it sends in an optimizer step, and receives, where each passes on to the next.</param>
internal sealed record RankPlan(int Processes, int Rows, TrainingMemory Memory, long SentBytes)
{
    /// <summary>Floating point operations of the process with the most rows in an optimizer step, on average.</summary>
    public required double FlopsPerStep { get; init; }

    /// <summary>Parameters that it moves in a step.</summary>
    public required long Updates { get; init; }

    /// <summary>How long it computes for a step.</summary>
    public TimeSpan Computing(TrainingRate rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        return rate.Time(1, FlopsPerStep, Updates);
    }

    /// <summary>How long it sends in a step, at so many bytes a second.</summary>
    public TimeSpan Sending(double bandwidth) => TrainingRate.Limited(SentBytes / bandwidth);
}
