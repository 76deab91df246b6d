using DpoSt.SelfTraining;

namespace DpoSt.Runs;

/// <summary>What will become of a stage.</summary>
public enum StageState
{
    /// <summary>It is not wanted: its outputs are taken as they are.</summary>
    LeftOut,

    /// <summary>It is done, and nothing it depends on has changed.</summary>
    Done,

    /// <summary>It runs for the first time, or was interrupted.</summary>
    ToRun,

    /// <summary>It was done, but its options or inputs have changed since.</summary>
    Changed,

    /// <summary>It was done, but an output is gone.</summary>
    Gone,

    /// <summary>It was done, but something else has written where it writes since.</summary>
    Replaced,
}

/// <summary>A stage and what will become of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">What will become of it.</param>
/// <param name="Cost">What it takes, as far as that is known.</param>
public sealed record PlannedStage(string Name, StageState State, string Cost);

/// <summary>
/// Runs stages in order, leaving out those that the ledger knows as done; with <c>fresh</c> all that are wanted. What becomes of each is
/// settled when the runner is made.
/// </summary>
internal sealed class StageRunner
{
    private readonly IReadOnlyList<Stage> stages;
    private readonly Ledger ledger;
    private readonly List<Step> steps;
    private readonly bool fresh;

    /// <summary>Looks at what is done.</summary>
    /// <exception cref="UserErrorException">A wanted stage needs one that is left out and not done.</exception>
    public StageRunner(IReadOnlyList<Stage> stages, Ledger ledger, StageSelection selection, bool fresh = false)
    {
        (this.stages, this.ledger, this.fresh) = (stages, ledger, fresh);
        steps = Lay(selection);
    }

    // A key is computed where it is needed: it may take reading a model.
    private sealed record Step(Stage Stage, Lazy<string> Key, StageState State);

    /// <summary>What a run would do now.</summary>
    public IReadOnlyList<PlannedStage> Plan()
    {
        var ready = steps.Where(s => s.State is StageState.Done or StageState.LeftOut).Select(s => s.Stage.Name).ToHashSet(StringComparer.Ordinal);
        return [.. steps.Select(s => new PlannedStage(s.Stage.Name, s.State, s.Stage.Cost(s.Stage.After.All(ready.Contains))))];
    }

    /// <summary>Runs what is wanted and not done yet; may be stopped at any moment.</summary>
    public void Run(IStageReporter reporter, CancellationToken cancel)
    {
        reporter.Run([.. steps.Where(s => s.State != StageState.LeftOut).Select(s => s.Stage.Name)]);
        if (fresh)
        {
            ledger.Forget(steps.Where(s => s.State != StageState.LeftOut).Select(s => s.Stage.Name));   // what is begun over is so wherever it is interrupted
        }

        foreach (var (stage, key, state) in steps)
        {
            cancel.ThrowIfCancellationRequested();
            switch (state)
            {
                case StageState.LeftOut:
                    continue;
                case StageState.Done:
                    reporter.Skip(stage.Name, "done already");
                    continue;
                case StageState.Changed:
                    reporter.Note(
                        $"{stage.Name} was done with other options or other inputs, which have changed since: it runs again, and so does what depends on it.");
                    break;
                case StageState.Gone:
                    reporter.Note($"{stage.Name} was done, but {StageActions.Shown(stage.Outputs.First(o => !Path.Exists(o)))} is gone: it runs again.");
                    break;
                case StageState.Replaced:
                    reporter.Note(
                        $"{stage.Name} was done, but {string.Join(", ", stage.Outputs.Select(StageActions.Shown))} is not what it left: it runs again.");
                    break;
            }

            // Of the inputs as they are now: what is edited while the stage is at work is seen by the next run.
            var begun = key.Value;
            ledger.Forget(stage.Name);
            var summary = stage.Run(reporter, cancel);
            ledger.Finish([(stage.Name, stage.Outputs)], begun);
            reporter.End(summary);
        }
    }

    private List<Step> Lay(StageSelection selection)
    {
        var (first, last) = selection.Of([.. stages.Select(s => s.Name)]);
        var keys = new Dictionary<string, Lazy<string>>(StringComparer.Ordinal);
        var laid = new List<Step>();
        for (var i = 0; i < stages.Count; i++)
        {
            var stage = stages[i];
            var wanted = i >= first && i <= last;
            var key = keys[stage.Name] = new Lazy<string>(
                () => wanted ? ledger.KeyOf(stage.Options, stage.After.Select(name => keys[name].Value), stage.Inputs) : AsItIs(stage));
            var state = !wanted ? StageState.LeftOut : fresh || ledger[stage.Name] is not { } entry ? StageState.ToRun : StateOf(stage, entry, key.Value);
            if (wanted && state != StageState.Done && stage.After.FirstOrDefault(name => IsMissing(name, first)) is { } before)
            {
                throw new UserErrorException($"the stage '{stage.Name}' needs '{before}', which is not done: run that first, or leave --from and --only out.");
            }

            laid.Add(new Step(stage, key, state));
        }

        return laid;
    }

    private static StageState StateOf(Stage stage, LedgerEntry entry, string key) =>
        entry.Key != key ? StageState.Changed
        : !AreThere(stage) ? StageState.Gone
        : entry.Outputs != Ledger.OutputsOf(stage.Outputs) ? StageState.Replaced
        : StageState.Done;

    // The key of a stage that is left out: what depends on it is keyed by what really lies there.
    private string AsItIs(Stage stage) =>
        ledger[stage.Name] is not { } entry ? "" : !AreThere(stage) || Ledger.OutputsOf(stage.Outputs) is var outputs && outputs == entry.Outputs ? entry.Key : outputs;

    private bool IsMissing(string name, int first)
    {
        var place = stages.ToList().FindIndex(s => s.Name == name);
        return place < first && (ledger[name] is null || !AreThere(stages[place]));
    }

    private static bool AreThere(Stage stage) => stage.Outputs.All(Path.Exists);
}
