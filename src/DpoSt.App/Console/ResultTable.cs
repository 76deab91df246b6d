using System.Globalization;
using DpoSt.Evaluation;
using Spectre.Console;

namespace DpoSt.App.Console;

/// <summary>The table at the end of a run, in the paper's terms, and a sentence on each difference.</summary>
internal static class ResultTable
{
    // Within an iteration: the baseline, the DPO model, then what was trained on its samples.
    private static readonly string[] Kinds = ["st", "dpo", "sft"];

    /// <summary>Prints one table a data set.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<EvaluationRow> rows)
    {
        foreach (var set in rows.GroupBy(r => r.DataSet, StringComparer.Ordinal))
        {
            var first = set.First();
            var table = FigureTable
                .New(console, "model", "greedy", "95 % interval", "no calculator", "pass@1", $"pass@{first.Samples}", $"maj@{first.Samples}")
                .Title(string.Create(CultureInfo.InvariantCulture, $"{set.Key}: {first.Problems} problems, % right"));
            foreach (var row in set.OrderBy(r => Number(r.Run)).ThenBy(r => Array.IndexOf(Kinds, Kind(r.Run))))
            {
                table.AddRow(
                    Describe(row.Run), Percent(row.Greedy), $"{Percent(row.GreedyLow)} - {Percent(row.GreedyHigh)}", Percent(row.GreedyWithoutCalculator),
                    Percent(row.PassAt1), Percent(row.PassAtN), Percent(row.MajorityAtN));
            }

            console.Write(table);
        }

        Compare(console, rows.Where(r => r.DataSet == rows[0].DataSet).ToDictionary(r => r.Run, StringComparer.Ordinal));
    }

    /// <summary>What a run is, in the paper's words.</summary>
    internal static string Describe(string run)
    {
        var number = Number(run);
        return (Kind(run), number) switch
        {
            ("sft", 0) => "SFT",
            ("sft", _) => $"DPO-ST, iteration {number}",
            ("dpo", _) => $"DPO model {number}",
            ("st", _) => $"self-training, iteration {number}",
            _ => run,
        };
    }

    private static string Kind(string run) => run[..run.IndexOf('-', StringComparison.Ordinal)];

    private static int Number(string run) => int.Parse(run[(run.IndexOf('-', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);

    // The last iteration's models against each other, on the same problems.
    private static void Compare(IAnsiConsole console, Dictionary<string, EvaluationRow> rows)
    {
        if (!rows.Keys.Any(k => k.StartsWith("sft-", StringComparison.Ordinal)))
        {
            return;                                                // a part of a run
        }

        var last = rows.Keys.Where(k => k.StartsWith("sft-", StringComparison.Ordinal)).Max(k => int.Parse(k[4..], CultureInfo.InvariantCulture));
        foreach (var (a, b) in new[] { ($"st-{last}", "sft-0"), ($"sft-{last}", "sft-0"), ($"sft-{last}", $"st-{last}") })
        {
            if (a != b && rows.TryGetValue(a, out var first) && rows.TryGetValue(b, out var second))
            {
                console.WriteLine(DifferenceText.Of(Describe(a), Describe(b), PairedBootstrap.Compare(second.Correct, first.Correct)));
            }
        }
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
