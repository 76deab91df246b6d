namespace DpoSt.Runs;

/// <summary>What will become of a stage.</summary>
internal enum StageState
{
    /// <summary>It is not wanted: its outputs are taken as they are.</summary>
    LeftOut,

    /// <summary>It is done, and nothing it depends on has changed.</summary>
    Done,

    /// <summary>It runs for the first time, or was interrupted.</summary>
    ToRun,

    /// <summary>It was done, but its options or inputs have changed since.</summary>
    Changed,

    /// <summary>It was done before something else took its place, and comes back.</summary>
    Returns,

    /// <summary>It was done, but a stage before it runs again: it does too, unless what it reads stays the same.</summary>
    Waits,

    /// <summary>It was done, but an output is damaged or gone.</summary>
    Damaged,

    /// <summary>Its output is there, but nothing tells what it was made from.</summary>
    Untold,
}

/// <summary>A stage and what will become of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">What will become of it.</param>
/// <param name="Cost">What it takes, as far as that is known.</param>
internal sealed record PlannedStage(string Name, StageState State, string Cost);
