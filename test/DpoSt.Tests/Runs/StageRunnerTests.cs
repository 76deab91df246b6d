using DpoSt.Runs;

namespace DpoSt.Tests.Runs;

public sealed class StageRunnerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> ran = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_part_takes_what_lies_outside_it_as_it_is()
    {
        Run(StageSelection.All);
        Assert.Equal(["a", "b", "c"], ran);
        ran.Clear();
        Run(new StageSelection("b", "b"), changed: "a");
        Assert.Empty(ran);
        Assert.Equal([StageState.LeftOut, StageState.Done, StageState.LeftOut], States(new StageSelection("b", "b"), changed: "a"));
        Assert.Equal([StageState.Changed, StageState.Changed, StageState.Changed], States(StageSelection.All, changed: "a"));
        Run(new StageSelection(Until: "b"), changed: "a");
        Assert.Equal(["a", "b"], ran);
        Assert.Equal([StageState.Done, StageState.Done, StageState.Changed], States(StageSelection.All, changed: "a"));
    }

    [Fact]
    public void An_output_that_is_gone_is_made_again()
    {
        Run(StageSelection.All);
        File.Delete(folder.File("b"));
        Assert.Equal([StageState.Done, StageState.Gone, StageState.Done], States(StageSelection.All));
        ran.Clear();
        Run(StageSelection.All);
        Assert.Equal(["b"], ran);
    }

    [Fact]
    public void What_is_begun_over_and_interrupted_is_not_done()
    {
        Run(StageSelection.All);
        ran.Clear();
        using var cancel = new CancellationTokenSource();
        var over = new StageRunner(
            [new("a", 0, [], [], [folder.File("a")], _ => "", (_, _) => Cancel(cancel)), Stage("b", null, "a"), Stage("c", null, "a", "b")],
            Ledger.Open(folder.File("ledger.json")), StageSelection.All, fresh: true);
        Assert.Throws<OperationCanceledException>(() => over.Run(new Silent(), cancel.Token));
        Assert.Equal([StageState.Done, StageState.ToRun, StageState.ToRun], States(StageSelection.All));
        Run(StageSelection.All);
        Assert.Equal(["b", "c"], ran);

        static string Cancel(CancellationTokenSource cancel)
        {
            cancel.Cancel();
            return "a";
        }
    }

    [Fact]
    public void An_input_that_is_edited_meanwhile_is_noticed_by_the_next_run()
    {
        var input = folder.File("input", "before");
        StageRunner Reading() => new(
            [new("a", 0, [], [input], [folder.File("a")], _ => "", (_, _) => folder.File("a", folder.File("input", "after")))],
            Ledger.Open(folder.File("ledger.json")), StageSelection.All);
        Reading().Run(new Silent(), CancellationToken.None);
        Assert.Equal(StageState.Changed, Assert.Single(Reading().Plan()).State);
    }

    [Fact]
    public void A_stage_whose_inputs_were_never_made_does_not_start()
    {
        Assert.Equal("the stage 'b' needs 'a', which is not done: run that first, or leave --from and --only out.", Error(new StageSelection("b")));
        Run(new StageSelection("a", "a"));
        Run(new StageSelection("b", "b"));
        Assert.Equal(["a", "b"], ran);
        File.Delete(folder.File("a"));
        Assert.Equal("the stage 'c' needs 'a', which is not done: run that first, or leave --from and --only out.", Error(new StageSelection("c")));
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
        Assert.Equal(["a True", "b False", "c False"], Runner(StageSelection.All, null).Plan().Select(p => p.Cost));
        Run(new StageSelection(Until: "a"));
        Assert.Equal(["a True", "b True", "c False"], Runner(StageSelection.All, null).Plan().Select(p => p.Cost));
    }

    private void Run(StageSelection selection, string? changed = null) => Runner(selection, changed).Run(new Silent(), CancellationToken.None);

    private IEnumerable<StageState> States(StageSelection selection, string? changed = null) => Runner(selection, changed).Plan().Select(p => p.State);

    private string Error(StageSelection selection) => Assert.Throws<UserErrorException>(() => Run(selection)).Message;

    // b reads a, and c reads both.
    private StageRunner Runner(StageSelection selection, string? changed) =>
        new([Stage("a", changed), Stage("b", changed, "a"), Stage("c", changed, "a", "b")], Ledger.Open(folder.File("ledger.json")), selection);

    private Stage Stage(string name, string? changed, params string[] after) =>
        new(name, name == changed ? 1 : 0, after, [], [folder.File(name)], there => $"{name} {there}", (_, _) =>
        {
            ran.Add(name);
            return folder.File(name, name);
        });
}
