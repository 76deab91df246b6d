namespace DpoSt.Runs;

/// <summary>One stage of a run.</summary>
/// <param name="Name">Unique in the run, such as <c>sft-1</c>.</param>
/// <param name="Options">Everything its outcome depends on besides files; serialised into its key.</param>
/// <param name="After">The stages whose outputs it reads.</param>
/// <param name="Inputs">Files and folders from outside the run that it reads.</param>
/// <param name="Outputs">Files and folders it writes, each whole or not at all.</param>
/// <param name="Cost">What it will take, in words; told whether what it reads is there already.</param>
/// <param name="Run">Does the work and gives a sentence about it.</param>
internal sealed record Stage(
    string Name, object Options, IReadOnlyList<string> After, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, Func<bool, string> Cost,
    Func<IStageReporter, CancellationToken, string> Run);
