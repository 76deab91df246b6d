namespace DpoSt.Training;

/// <summary>How fast a machine trains.</summary>
/// <param name="FlopsPerSecond">Of forward and backward passes together, everything in them included.</param>
/// <param name="UpdatesPerSecond">Parameters that the optimizer moves.</param>
internal sealed record TrainingRate(double FlopsPerSecond, double UpdatesPerSecond)
{
    /// <summary>How long so many optimizer steps of so much work each take.</summary>
    public TimeSpan Time(long steps, double flopsPerStep, long parameters) =>
        Limited(steps * (flopsPerStep / FlopsPerSecond + parameters / UpdatesPerSecond));

    /// <summary>So many seconds, or the longest time that can be told.</summary>
    internal static TimeSpan Limited(double seconds) => TimeSpan.FromSeconds(Math.Min(TimeSpan.MaxValue.TotalSeconds / 2, seconds));
}
