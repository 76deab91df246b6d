namespace DpoSt.Training;

/// <summary>Something that happens during training: every so many steps, at the end of every epoch, or never.</summary>
/// <param name="Every">Steps between two times; null where steps do not matter.</param>
/// <param name="EndOfEpoch">Whether it happens at the end of every epoch.</param>
internal sealed record StepInterval(long? Every = null, bool EndOfEpoch = false)
{
    /// <summary>Whether it happens after this step, counted from 1.</summary>
    internal bool Holds(long step, long stepsPerEpoch) =>
        (Every is { } every && step % every == 0) || (EndOfEpoch && step % stepsPerEpoch == 0);
}
