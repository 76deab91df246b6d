using DpoSt.Parallel;
using DpoSt.Runs;

namespace DpoSt.Tests.Runs;

public sealed class StageRunnerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> ran = [];
    private readonly Silent silent = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_part_takes_what_lies_outside_it_as_it_is()
    {
        Run(StageSelection.All);
        Assert.Equal(["a", "b", "c"], ran);
        ran.Clear();
        var onlyB = new StageSelection("b", "b");
        Run(onlyB, changed: "a");
        Assert.Empty(ran);
        Assert.Equal([StageState.LeftOut, StageState.Done, StageState.LeftOut], States(onlyB, changed: "a"));
        Assert.Equal([StageState.Changed, StageState.Waits, StageState.Waits], States(StageSelection.All, changed: "a"));
        Run(new StageSelection(Until: "b"), changed: "a");
        Assert.Equal(["a", "b"], ran);
        Assert.Equal([StageState.Done, StageState.Done, StageState.Changed], States(StageSelection.All, changed: "a"));
        Assert.Equal(
            [
                $"a was done with other options: it runs again and replaces {folder.File("a")}.",
                $"b was done with other a: it runs again and replaces {folder.File("b")}.",
            ],
            silent.Notes);
    }

    [Fact]
    public void What_is_made_again_with_the_same_content_redoes_nothing_else()
    {
        Run(StageSelection.All);
        ran.Clear();
        File.Delete(folder.File("b"));
        Assert.Equal([StageState.Done, StageState.Damaged, StageState.Waits], States(StageSelection.All));
        Run(StageSelection.All);
        Assert.Equal(["b"], ran);
        Assert.Equal([$"b was done, but {folder.File("b")} is damaged (b is gone): it runs again."], silent.Notes);
    }

    [Fact]
    public void What_is_begun_over_and_interrupted_is_not_done()
    {
        Run(StageSelection.All);
        ran.Clear();
        using var cancel = new CancellationTokenSource();
        IStage[] stages = [Made("a", null, cancel.Cancel), Made("b", null, null, "a"), Made("c", null, null, "a", "b")];
        Assert.Throws<OperationCanceledException>(
            () => new StageRunner(Silent.Context(silent, cancel.Token) with { Fresh = true }).Do(stages, StageSelection.All));
        Assert.Equal([StageState.Done, StageState.ToRun, StageState.ToRun], States(StageSelection.All));
        Run(StageSelection.All);
        Assert.Equal(["a", "b", "c"], ran);
    }

    [Fact]
    public void An_input_that_is_edited_meanwhile_is_noticed_by_the_next_run()
    {
        var input = folder.File("input", "before");
        IStage[] stages = [new Stage("a", 0, [input], [folder.File("a")], () => folder.File("a", folder.File("input", "after")))];
        new StageRunner(Silent.Context(cancel: Cancel)).Do(stages, StageSelection.All);
        Assert.Equal(
            StageState.Changed, Assert.Single(new StageRunner(Silent.Context(cancel: Cancel)).Plan(stages, StageSelection.All)).State);
    }

    [Fact]
    public void A_stage_whose_inputs_were_never_made_does_not_start()
    {
        Assert.Equal(Needs("b", "a"), Error(new StageSelection("b")));
        Run(new StageSelection("a", "a"));
        Run(new StageSelection("b", "b"));
        Assert.Equal(["a", "b"], ran);
        File.Delete(folder.File("a"));
        Assert.Equal(Needs("c", "a"), Error(new StageSelection("c")));
    }

    [Fact]
    public void An_absent_input_that_somebody_knows_how_to_make_is_told()
    {
        IStage stage = new Stage("a", 0, [folder.File("absent")], [folder.File("a")], () => folder.File("a", "a"));
        var runner = new StageRunner(Silent.Context(cancel: Cancel), path => $"make {Path.GetFileName(path)} first");
        Assert.Equal("make absent first", Assert.Throws<UserErrorException>(() => runner.Do(stage)).Message);
    }

    [Fact]
    public void A_stage_that_is_not_there_is_named()
    {
        Assert.Equal("there is no stage 'x1y2' in this run; its stages are a, b, c.", Error(new StageSelection("x1y2")));
        Assert.Equal("the stage 'c' comes after 'a': --from must name an earlier stage than --until.", Error(new StageSelection("c", "a")));
    }

    [Fact]
    public void What_a_stage_takes_is_told_knowing_whether_its_inputs_are_there()
    {
        Assert.Equal(["a True", "b False", "c False"], Plan(StageSelection.All).Select(p => p.Cost));
        Run(new StageSelection(Until: "a"));
        Assert.Equal(["", "b True", "c False"], Plan(StageSelection.All).Select(p => p.Cost));
    }

    [Fact]
    public void An_output_that_nothing_tells_of_is_said_to_be_made_again()
    {
        folder.File("a", "of somebody");
        Assert.Equal(StageState.Untold, States(StageSelection.All).First());
        Run(new StageSelection(Until: "a"));
        Assert.Equal(
            [$"a has an output already ({folder.File("a")}), but no provenance.json tells what it was made from: "
                + $"it runs again and replaces {folder.File("a")}."],
            silent.Notes);
    }

    [Fact]
    public void What_a_model_made_is_kept_beside_what_other_options_make_and_comes_back()
    {
        void Run(int options) => new StageRunner(Silent.Context(silent, Cancel)).Do([Kept(options)], StageSelection.All);
        Run(0);
        Run(1);
        Assert.Equal(["a", "a"], ran);
        var (first, second) = (KeyOf(0), KeyOf(1));
        Assert.Equal("a 0", File.ReadAllText(folder.File($"of-{first}/a")));
        Assert.Equal("a 1", File.ReadAllText(folder.File("a")));
        Assert.Equal(
            StageState.Returns, new StageRunner(Silent.Context(cancel: Cancel)).Plan([Kept(0)], StageSelection.All).Single().State);
        Run(0);
        Assert.Equal(["a", "a"], ran);
        Assert.Equal("a 0", File.ReadAllText(folder.File("a")));
        Assert.Equal("a 1", File.ReadAllText(folder.File($"of-{second}/a")));
        Assert.False(Directory.Exists(folder.File($"of-{first}")));
        Run(0);
        Assert.Equal(["a", "a"], ran);
        Assert.Equal(
            [
                $"a was done with other options: it runs again, and what was there is kept in {folder.File($"of-{first}/a")}.",
                $"{folder.File("a")} was made with these options before, and is in its place again.",
            ],
            silent.Notes);
        string KeyOf(int options) => Provenance.Of(options, []).Key()[..8];
    }

    [Fact]
    public void What_nobody_knows_is_kept_too_and_never_twice_in_one_place()
    {
        foreach (var text in (string[])["of somebody", "of somebody else"])
        {
            folder.File("a", text);
            File.Delete(folder.File(Provenance.FileName));
            new StageRunner(Silent.Context(silent, Cancel)).Do(Kept(0));
        }

        Assert.Equal("of somebody", File.ReadAllText(folder.File("of-unknown/a")));
        Assert.Equal("of somebody else", File.ReadAllText(folder.File("of-unknown-2/a")));
    }

    [Fact]
    public void What_is_begun_over_is_named()
    {
        Run(StageSelection.All);
        new StageRunner(Silent.Context(silent, Cancel) with { Fresh = true }).Do(Stages(null), StageSelection.All);
        Assert.Equal(
            [$"{folder.File("a")}, {folder.File("b")}, {folder.File("c")}: made again from the beginning, and replaced then."],
            silent.Notes);
    }

    private static string Needs(string stage, string before) =>
        $"the stage '{stage}' needs '{before}', which is not done: run that first, or leave --from and --only out.";

    private void Run(StageSelection selection, string? changed = null) =>
        new StageRunner(Silent.Context(silent)).Do(Stages(changed), selection);

    private IReadOnlyList<PlannedStage> Plan(StageSelection selection, string? changed = null) =>
        new StageRunner(Silent.Context()).Plan(Stages(changed), selection);

    private IEnumerable<StageState> States(StageSelection selection, string? changed = null) =>
        Plan(selection, changed).Select(p => p.State);

    private string Error(StageSelection selection) => Assert.Throws<UserErrorException>(() => Run(selection)).Message;

    // b reads a, and c reads both; what each writes tells of its options.
    private IStage[] Stages(string? changed) =>
        [Made("a", changed, null), Made("b", changed, null, "a"), Made("c", changed, null, "a", "b")];

    private Stage Made(string name, string? changed, Action? also, params string[] reads)
    {
        var options = name == changed ? 1 : 0;
        return new Stage(name, options, [.. reads.Select(read => folder.File(read))], [folder.File(name)], () =>
        {
            ran.Add(name);
            also?.Invoke();
            return folder.File(name, $"{name} {options}");
        });
    }

    private Stage Kept(int options) => new("a", options, [], [folder.File("a")], () =>
    {
        ran.Add("a");
        return folder.File("a", $"a {options}");
    })
    {
        IsKept = true,
    };

    private sealed record Stage(string Name, object Options, string[] Reads, IReadOnlyList<string> Outputs, Func<string> Work) : IStage
    {
        public IReadOnlyList<StageInput> Inputs => [.. Reads.Select(path => new StageInput(Path.GetFileName(path), path))];

        public bool IsShared => false;

        public bool IsKept { get; init; }

        public string Cost(RunContext context, bool isReady) => $"{Name} {isReady}";

        public string Run(RunContext context, Provenance? made) => Work();
    }
}
