namespace DpoSt.Training.Resuming;

/// <summary>When training saves its state: on Ctrl-C, by the clock, so that a crash costs little, and by steps where asked.</summary>
internal sealed record ResumePolicy
{
    /// <summary>The steps that end with a save; none leaves it to the clock.</summary>
    public StepInterval Steps { get; init; } = new();

    /// <summary>Resume states that are kept; with two, a damaged one has one before it.</summary>
    public int Kept { get; init; } = 2;

    /// <summary>The longest time between two saves, unless writing one takes more than a twentieth of it.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);
}
