using DpoSt.Runs;
using Spectre.Console;

namespace DpoSt.App.Console;

/// <summary>What a run would do, stage by stage.</summary>
internal static class StageTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<PlannedStage> stages)
    {
        var table = new Table().RoundedBorder().AddColumns("stage", "what becomes of it", "what it takes");
        foreach (var stage in stages)
        {
            table.AddRow(
                new Spectre.Console.Text(stage.Name), new Spectre.Console.Text(Describe(stage.State)),
                new Spectre.Console.Text(stage.Cost));
        }

        console.Write(table);
    }

    private static string Describe(StageState state) => state switch
    {
        StageState.LeftOut => "left out",
        StageState.Done => "done already",
        StageState.Changed => "runs again: changed",
        StageState.Returns => "comes back: done before",
        StageState.Waits => "runs again if what it reads changes",
        StageState.Damaged => "runs again: damaged",
        StageState.Untold => "runs again: nothing tells what it was made from",
        _ => "runs",
    };
}
