using DpoSt.App.Console;
using DpoSt.Evaluation;
using Spectre.Console;

namespace DpoSt.Tests.App;

public sealed class FigureTableTests
{
    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(99)]
    [InlineData(120)]
    public void Every_figure_of_a_run_stands_whole_in_one_line(int width)
    {
        EvaluationRow[] rows =
        [
            new("sft-0", "test", 500, 0.282, 0.2441, 0.3232, 0.022, 0.2012, 0.3814, 0.2698, 5, []),
            new("st-1", "test", 500, 0.372, 0.3306, 0.4153, 0.016, 0.2995, 0.4999, 0.3591, 5, []),
        ];
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No });
        console.Profile.Width = width;
        ResultTable.Write(console, rows);
        var lines = text.ToString().Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        string[][] figures =
        [
            ["28.2", "24.4 - 32.3", "2.2", "20.1", "38.1", "27.0"], ["37.2", "33.1 - 41.5", "1.6", "30.0", "50.0", "35.9"]
        ];
        Assert.All(figures, row => Assert.Contains(lines, line => row.All(figure => line.Contains(figure, StringComparison.Ordinal))));
    }
}
