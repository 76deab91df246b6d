namespace DpoSt.Training.Resuming;

/// <summary>
/// When a run in progress writes down its state, besides on Ctrl-C: by the clock always, so that a crash never costs much, and by steps
/// where asked.
/// </summary>
public sealed record CheckpointPolicy
{
    /// <summary>The steps that end with a checkpoint; none leaves it to the clock.</summary>
    public StepInterval Steps { get; init; } = new();

    /// <summary>Checkpoints that are kept; with two, a damaged one has one before it.</summary>
    public int Kept { get; init; } = 2;

    /// <summary>The longest time between two checkpoints, unless writing one takes more than a twentieth of it.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);
}
