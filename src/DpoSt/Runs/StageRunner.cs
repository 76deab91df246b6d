namespace DpoSt.Runs;

/// <summary>
/// Does stages that are not done, in a run and alone. Every rank of a group calls it with the same stages; the first one looks at
/// what is done and decides.
/// </summary>
/// <param name="context">Where stages work, and for whom.</param>
/// <param name="maker">How to get an input that is not there, as a sentence; null where a person brings it.</param>
internal sealed class StageRunner(RunContext context, Func<string, string?>? maker = null)
{
    /// <summary>Does a part of a run, stage by stage; may be stopped at any moment.</summary>
    /// <exception cref="UserErrorException">A wanted stage needs one that is left out and not done.</exception>
    public void Do(IReadOnlyList<IStage> stages, StageSelection selection)
    {
        var wanted = Wanted(stages, selection);
        context.Reporter.Run([.. wanted.Select(stage => stage.Name)]);
        if (context.Fresh && context.IsFirst)
        {
            BeginOver([.. wanted.SelectMany(stage => stage.Outputs)]);            // what is begun over is so wherever it is interrupted
        }

        foreach (var stage in wanted)
        {
            context.Cancel.ThrowIfCancellationRequested();
            context.Reporter.End(Do(stage));
        }
    }

    /// <summary>Does one stage, unless it is done; gives a sentence about it.</summary>
    /// <exception cref="UserErrorException">An input is absent or broken, or an output cannot be written.</exception>
    public string Do(IStage stage)
    {
        var look = context.IsFirst ? Look(stage) : null;
        if (look?.State == StageState.Returns)
        {
            foreach (var output in stage.Outputs.Where(output => !look.Asked.Holds(output)))
            {
                EarlierOutput.Return(output, look.Asked);
                context.Reporter.Note($"{Shown.Path(output)} was made with these options before, and is in its place again.");
            }

            look = look with { State = StageState.Done };
        }

        if (context.Decide([look?.State == StageState.Done])[0])
        {
            if (look is not null)
            {
                stage.WhenDone(look.Asked);
            }

            context.Reporter.Skip(stage.Name, "done already");
            return $"{Shown.Path(PlaceOf(stage.Outputs))} is done already with these options; --fresh makes it again";
        }

        if (context.Fresh && context.IsFirst)
        {
            BeginOver([.. stage.Outputs.Where(o => stage.IsKept || Provenance.Read(o)?.Difference(look!.Asked).Length > 0)]);
            Provenance.Forget(stage.Outputs);
        }

        if (look?.Why is { } why)
        {
            context.Reporter.Note($"{stage.Name} {why}: it runs again{Earlier(stage, look)}.");
        }

        var summary = context.IsFirst || stage.IsShared ? stage.Run(context, look?.Asked) : "";
        if (context.IsFirst)
        {
            foreach (var output in stage.Outputs.Where(output => !Directory.Exists(output) && !look!.Asked.Holds(output)))
            {
                look!.Asked.Write(output);                     // a model's folder appears with its own
            }
        }

        return summary;
    }

    // What becomes of what is there. A model makes room when the new one is whole (TrainingFolder), files do now.
    private static string Earlier(IStage stage, Found look)
    {
        if (!stage.IsKept)
        {
            return look.State is StageState.Changed or StageState.Untold
                ? $" and replaces {string.Join(", ", stage.Outputs.Where(Path.Exists).Select(Shown.Path))}" : "";
        }

        var outputs = stage.IsModel ? [.. stage.Outputs.Where(output => !File.Exists(output))] : stage.Outputs;
        string[] places =
            [.. outputs.Select(output => EarlierOutput.PlaceOf(output, look.Asked)).OfType<string>().Select(p => Shown.Path(p))];
        foreach (var output in outputs.Where(File.Exists))
        {
            EarlierOutput.MakeRoom(output, look.Asked);
        }

        return places.Length == 0 ? ""
            : $", and what was there is kept in {(places.Length == 1 ? places[0] : Path.GetDirectoryName(places[0]))}";
    }

    // A person is told once which outputs go.
    private void BeginOver(IReadOnlyList<string> outputs)
    {
        var there = outputs.Where(Path.Exists).Where(o => Provenance.Read(o) is not { Files: null }).Select(Shown.Path).ToList();
        Provenance.Forget(outputs);
        if (there.Count > 0)
        {
            const int shown = 3;
            context.Reporter.Note(
                $"{string.Join(", ", there.Take(shown))}{(there.Count > shown ? $" and {there.Count - shown} more" : "")}: "
                + "made again from the beginning, and replaced then.");
        }
    }

    /// <summary>Looks for what other stages make.</summary>
    /// <exception cref="UserErrorException">An input is absent.</exception>
    public void CheckInputs(IStage stage)
    {
        var advice = stage.Inputs.Where(input => !FileSet.Exists(input.Path))
            .Select(input => maker?.Invoke(input.Path))
            .FirstOrDefault(how => how is not null);
        if (advice is not null)
        {
            throw new UserErrorException(advice);
        }
    }

    /// <summary>What <see cref="Do(IReadOnlyList{IStage}, StageSelection)"/> would do now.</summary>
    public IReadOnlyList<PlannedStage> Plan(IReadOnlyList<IStage> stages, StageSelection selection)
    {
        var wanted = Wanted(stages, selection);
        var changing = new HashSet<string>(StringComparer.Ordinal);               // outputs that will be written
        return [.. stages.Select(stage =>
        {
            var isReady = stage.Inputs.All(input => FileSet.Exists(input.Path) && !changing.Contains(input.Path));
            var waits = stage.Inputs.Any(input => changing.Contains(input.Path));
            var state = !wanted.Contains(stage) ? StageState.LeftOut
                : context.Fresh || (waits && !IsKnown(stage)) ? StageState.ToRun
                : waits ? StageState.Waits
                : Look(stage).State;
            if (state is not (StageState.LeftOut or StageState.Done))
            {
                changing.UnionWith(stage.Outputs);
            }

            var isFree = state is StageState.Done or StageState.LeftOut or StageState.Returns;
            return new PlannedStage(stage.Name, state, isFree ? "" : stage.Cost(context, isReady));
        })];
    }

    private static bool IsKnown(IStage stage) => stage.Outputs.Any(output => Provenance.Read(output) is { Files: not null });

    /// <summary>The stages of a part of a run.</summary>
    /// <exception cref="UserErrorException">There is none, or a stage of it needs one that is left out and not done.</exception>
    public static IReadOnlyList<IStage> Wanted(IReadOnlyList<IStage> stages, StageSelection selection)
    {
        var (first, last) = selection.Of([.. stages.Select(s => s.Name)]);
        List<IStage> wanted = [.. stages.Skip(first).Take(last + 1 - first)];
        foreach (var stage in wanted)
        {
            var left = stages.Take(first)
                .FirstOrDefault(
                    before => before.Outputs.Any(output => !Path.Exists(output) && stage.Inputs.Any(input => input.Path == output)));
            if (left is not null)
            {
                throw new UserErrorException(
                    $"the stage '{stage.Name}' needs '{left.Name}', which is not done: run that first, or leave --from and --only out.");
            }
        }

        return wanted;
    }

    private sealed record Found(StageState State, Provenance Asked, string? Why);

    private Found Look(IStage stage)
    {
        CheckInputs(stage);
        var asked = Provenance.Of(stage.Options, stage.Inputs);
        if (context.Fresh || stage.Outputs.Count == 0)
        {
            return new Found(StageState.ToRun, asked, null);
        }

        var open = stage.Outputs.Select(output => Look(output, asked)).Where(found => found.State != StageState.Done).ToList();
        var (state, why) = open.Find(found => found.Why is not null);
        return open.Count == 0 ? new Found(StageState.Done, asked, null)
            : stage.IsKept && stage.Outputs.All(output => asked.Holds(output) || EarlierOutput.Waits(output, asked))
                ? new Found(StageState.Returns, asked, null)
            : new Found(why is null ? StageState.ToRun : state, asked, why);
    }

    private static (StageState State, string? Why) Look(string output, Provenance asked) =>
        Provenance.Read(output) is not { } known ? Untold(output) is { } untold ? (StageState.Untold, untold) : (StageState.ToRun, null)
        : asked.Difference(known) is { Length: > 0 } difference ? (StageState.Changed, $"was done with {difference}")
        : known.Files is null ? (StageState.ToRun, null)
        : known.Damage(output) is { } damage ? (StageState.Damaged, $"was done, but {Shown.Path(output)} is damaged ({damage})")
        : (StageState.Done, null);

    // Why an output that is there counts for nothing. Whether a model that nobody knows may be replaced, the training decides.
    private static string? Untold(string output) =>
        File.Exists(output) ? $"has an output already ({Shown.Path(output)}), but no {Provenance.FileName} tells what it was made from"
        : File.Exists(Path.Combine(output, Provenance.FileName)) ? $"has a damaged {Provenance.FileName} in {Shown.Path(output)}"
        : File.Exists(Path.Combine(output, Provenance.EarlierFileName))
            ? $"was done by an earlier dpost, which wrote down too little ({Provenance.EarlierFileName}) to tell whether it still holds"
        : null;

    private static string PlaceOf(IReadOnlyList<string> outputs) => outputs.Count == 1 ? outputs[0] : Path.GetDirectoryName(outputs[0])!;
}
