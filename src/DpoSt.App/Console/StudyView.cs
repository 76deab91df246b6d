using DpoSt.Studies;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>What a study has come to: a table of all models, and a sentence on each difference.</summary>
internal static class StudyView
{
    public static void Write(IAnsiConsole console, StudySummary summary)
    {
        var table = FigureTable.New(console, [.. StudyMarkdown.Columns])
            .Title(Invariant($"{summary.Study.Name}: {summary.Finished} of {summary.Study.Cells.Count} cells, % right"));
        foreach (var row in summary.Rows)
        {
            table.AddRow([.. StudyMarkdown.Cells(row).Select(Markup.Escape)]);
        }

        console.Write(table);
        foreach (var difference in summary.Differences)
        {
            console.WriteLine(StudyMarkdown.Sentence(difference));
        }
    }
}
