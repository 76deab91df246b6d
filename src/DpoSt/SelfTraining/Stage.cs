namespace DpoSt.SelfTraining;

/// <summary>One stage of a run.</summary>
/// <param name="Name">Unique in the run, such as <c>sft-1</c>.</param>
/// <param name="Options">Everything its outcome depends on besides files; serialised into its key.</param>
/// <param name="After">The stages whose outputs it reads.</param>
/// <param name="Inputs">Files and folders from outside the run that it reads.</param>
/// <param name="Outputs">Files and folders it writes, each whole or not at all.</param>
/// <param name="Run">Does the work and gives a sentence about it.</param>
internal sealed record Stage(
    string Name, object Options, IReadOnlyList<string> After, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, Func<IStageReporter, CancellationToken, string> Run);

/// <summary>Runs stages in order, leaving out those that the ledger knows as done.</summary>
internal static class StageRunner
{
    /// <summary>Runs what is not done yet; may be stopped at any moment and called again.</summary>
    public static void Run(IReadOnlyList<Stage> stages, Ledger ledger, IStageReporter reporter, CancellationToken cancel)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var stage in stages)
        {
            cancel.ThrowIfCancellationRequested();
            var key = keys[stage.Name] = ledger.KeyOf(stage.Options, stage.After.Select(name => keys[name]), stage.Inputs);
            if (ledger[stage.Name] == key && stage.Outputs.All(Path.Exists))
            {
                reporter.Skip(stage.Name, "done already");
                continue;
            }

            if (ledger[stage.Name] is { } old)
            {
                reporter.Note(old == key
                    ? $"{stage.Name} was done, but {StageActions.Shown(stage.Outputs.First(o => !Path.Exists(o)))} is gone: it runs again."
                    : $"{stage.Name} was done with other options or other inputs, which have changed since: it runs again, and so does what depends on it.");
            }

            ledger.Forget(stage.Name);
            var summary = stage.Run(reporter, cancel);
            ledger.Finish(stage.Name, key);
            reporter.End(summary);
        }
    }
}
