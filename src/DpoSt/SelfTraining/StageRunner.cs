namespace DpoSt.SelfTraining;

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
}

/// <summary>A stage and what will become of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">What will become of it.</param>
/// <param name="Cost">What it takes, as far as that is known.</param>
public sealed record PlannedStage(string Name, StageState State, string Cost);

/// <summary>Runs stages in order, leaving out those that the ledger knows as done; with <c>fresh</c> all that are wanted.</summary>
internal sealed class StageRunner(IReadOnlyList<Stage> stages, Ledger ledger, StageSelection selection, bool fresh = false)
{
    /// <summary>What a run would do now.</summary>
    /// <exception cref="UserErrorException">A wanted stage needs one that is left out and not done.</exception>
    public IReadOnlyList<PlannedStage> Plan()
    {
        var steps = Lay();
        var ready = steps.Where(s => s.State is StageState.Done or StageState.LeftOut).Select(s => s.Stage.Name).ToHashSet(StringComparer.Ordinal);
        return [.. steps.Select(s => new PlannedStage(s.Stage.Name, s.State, s.Stage.Cost(s.Stage.After.All(ready.Contains))))];
    }

    /// <summary>Runs what is wanted and not done yet; may be stopped at any moment and called again.</summary>
    /// <exception cref="UserErrorException">As <see cref="Plan"/>.</exception>
    public void Run(IStageReporter reporter, CancellationToken cancel)
    {
        var steps = Lay();
        reporter.Run([.. steps.Where(s => s.State != StageState.LeftOut).Select(s => s.Stage.Name)]);
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
                    reporter.Note($"{stage.Name} was done with other options or other inputs, which have changed since: it runs again, and so does what depends on it.");
                    break;
                case StageState.Gone:
                    reporter.Note($"{stage.Name} was done, but {StageActions.Shown(stage.Outputs.First(o => !Path.Exists(o)))} is gone: it runs again.");
                    break;
            }

            ledger.Forget(stage.Name);
            var summary = stage.Run(reporter, cancel);
            ledger.Finish(stage.Name, key);
            reporter.End(summary);
        }
    }

    private List<(Stage Stage, string Key, StageState State)> Lay()
    {
        var (first, last) = selection.Of([.. stages.Select(s => s.Name)]);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var steps = new List<(Stage Stage, string Key, StageState State)>();
        for (var i = 0; i < stages.Count; i++)
        {
            var stage = stages[i];
            var old = ledger[stage.Name];
            if (i < first || i > last)
            {
                // Taken as it is: what depends on it is keyed by what was really done.
                keys[stage.Name] = old ?? "";
                steps.Add((stage, "", StageState.LeftOut));
                continue;
            }

            var key = keys[stage.Name] = ledger.KeyOf(stage.Options, stage.After.Select(name => keys[name]), stage.Inputs);
            var there = stage.Outputs.All(Path.Exists);
            var state = fresh || old is null ? StageState.ToRun : old != key ? StageState.Changed : there ? StageState.Done : StageState.Gone;
            if (state != StageState.Done && stage.After.FirstOrDefault(name => IsMissing(name, first)) is { } before)
            {
                throw new UserErrorException($"the stage '{stage.Name}' needs '{before}', which is not done: run that first, or leave --from and --only out.");
            }

            steps.Add((stage, key, state));
        }

        return steps;
    }

    private bool IsMissing(string name, int first)
    {
        var place = stages.ToList().FindIndex(s => s.Name == name);
        return place < first && (ledger[name] is null || !stages[place].Outputs.All(Path.Exists));
    }
}
