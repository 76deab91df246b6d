using Spectre.Console;

namespace DpoSt.App.Console;

/// <summary>A table of a name and its figures. On a narrow terminal the names give way: a figure must not break in two.</summary>
internal static class FigureTable
{
    private const int Narrow = 100;
    private const int Tight = 76;

    /// <summary>An empty table for this console; the first column is the names'.</summary>
    public static Table New(IAnsiConsole console, params string[] columns)
    {
        var width = console.Profile.Width;
        var table = new Table { Border = width < Tight ? TableBorder.None : TableBorder.Rounded };
        foreach (var (i, name) in columns.Index())
        {
            var column = new TableColumn(width < Narrow ? InTwoLines(name) : name)
            {
                Alignment = i == 0 ? Justify.Left : Justify.Right,
                NoWrap = i > 0,
            };
            table.AddColumn(width < Tight ? column.Padding(0, 0, 1, 0) : column);
        }

        return table;
    }

    private static string InTwoLines(string name) =>
        name.LastIndexOf(' ') is var blank and > 0 ? $"{name[..blank]}\n{name[(blank + 1)..]}" : name;
}
