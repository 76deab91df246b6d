using DpoSt.Studies;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>What a study has come to: a table of all models, and a sentence on each difference.</summary>
internal static class StudyView
{
    public static void Write(IAnsiConsole console, StudySummary summary)
    {
        Table(
            Invariant($"{summary.Study.Name}: {summary.Finished} of {summary.Study.Cells.Count} cells, % right"), StudyMarkdown.Columns,
            summary.Rows.Select(StudyMarkdown.Cells));
        if (summary.Mediators.Count > 0)
        {
            Table("what may carry an effect", StudyMarkdown.MediatorColumns, summary.Mediators.Select(StudyMarkdown.Cells));
        }

        foreach (var difference in summary.Differences)
        {
            console.WriteLine(StudyMarkdown.Sentence(difference));
        }

        void Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
        {
            var table = FigureTable.New(console, [.. columns]).Title(title);
            foreach (var row in rows)
            {
                table.AddRow([.. row.Select(Markup.Escape)]);
            }

            console.Write(table);
        }
    }
}
