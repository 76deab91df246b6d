using DpoSt.App.Console;
using DpoSt.Evaluation;
using Spectre.Console;

namespace DpoSt.Tests.App;

public sealed class ResultTableTests
{
    [Fact]
    public void The_table_has_the_papers_rows_and_says_which_model_is_better()
    {
        // 100 problems: SFT solves the first 20, self-training the first 50, DPO-ST the first 52.
        var text = Written([Row("sft-0", 20), Row("dpo-1", 21), Row("sft-1", 52), Row("st-1", 50)]);
        var lines = text.Split('\n')
            .Where(l => l.Contains('│', StringComparison.Ordinal))
            .Skip(1)
            .Select(l => l.Split('│')[1].Trim())
            .ToArray();
        Assert.Equal(["SFT", "self-training, iteration 1", "DPO model 1", "DPO-ST, iteration 1"], lines);
        Assert.Contains("self-training, iteration 1 against SFT: +30.0 points", text, StringComparison.Ordinal);
        Assert.Contains(": better", text, StringComparison.Ordinal);
        Assert.Contains("DPO-ST, iteration 1 against self-training, iteration 1: +2.0 points", text, StringComparison.Ordinal);
        Assert.Contains("no clear difference", text, StringComparison.Ordinal);
    }

    private static EvaluationRow Row(string run, int right) =>
        new(run, "test", 100, right / 100.0, 0.1, 0.9, 0.05, 0.2, 0.4, 0.3, 5, [.. Enumerable.Range(0, 100).Select(i => i < right)]);

    private static string Written(IReadOnlyList<EvaluationRow> rows)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No });
        console.Profile.Width = 200;
        ResultTable.Write(console, rows);
        return writer.ToString();
    }
}
