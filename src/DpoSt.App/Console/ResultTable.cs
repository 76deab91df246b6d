using System.Globalization;
using DpoSt.Evaluation;
using DpoSt.Parallel;
using DpoSt.Runs;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>The table at the end of a run, in the paper's terms, and a sentence on each difference.</summary>
internal static class ResultTable
{
    // Within an iteration: the baseline, the DPO model, then what was trained on its samples.
    private static readonly string[] Kinds = [RunName.BaselineKind, RunName.DpoKind, RunName.SftKind];

    /// <summary>Prints one table a data set.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<EvaluationRow> rows)
    {
        foreach (var set in rows.GroupBy(r => r.DataSet, StringComparer.Ordinal))
        {
            var n = set.First().Samples is > 0 and var samples ? samples.ToString(CultureInfo.InvariantCulture) : "n";
            var table = FigureTable
                .New(
                    console, "model", "greedy", "95 % interval", "no calculator", "pass@1", $"pass@{n}", $"maj@{n}")
                .Title(Invariant($"{set.Key}: {set.First().Problems} problems, % right"));
            foreach (var (_, row) in set.Select(r => (Run: RunName.Parse(r.Run), Row: r))
                .OrderBy(r => r.Run.Number)
                .ThenBy(r => Array.IndexOf(Kinds, r.Run.Kind)))
            {
                table.AddRow(
                    Describe(row.Run), Percent(row.Greedy), $"{Percent(row.GreedyLow)} - {Percent(row.GreedyHigh)}",
                    Percent(row.GreedyWithoutCalculator), Percent(row.PassAt1), Percent(row.PassAtN), Percent(row.MajorityAtN));
            }

            console.Write(table);
        }

        Compare(console, rows.Where(r => r.DataSet == rows[0].DataSet).ToDictionary(r => r.Run, StringComparer.Ordinal));
    }

    /// <summary>What a run is, in the paper's words.</summary>
    internal static string Describe(string run) => RunName.Parse(run) switch
    {
        { Kind: RunName.SftKind, Number: 0 } => "SFT",
        { Kind: RunName.SftKind, Number: { } n } => $"DPO-ST, iteration {n}",
        { Kind: RunName.DpoKind, Number: { } n } => $"DPO model {n}",
        { Kind: RunName.BaselineKind, Number: { } n } => $"self-training, iteration {n}",
        _ => run,
    };

    // The last iteration's models against each other, on the same problems.
    private static void Compare(IAnsiConsole console, Dictionary<string, EvaluationRow> rows)
    {
        if (rows.Keys.Select(RunName.Parse).Where(run => run.Kind == RunName.SftKind).Max(run => run.Number) is not { } last)
        {
            return;                                                // a part of a run
        }

        var (first, dpo, baseline) = (RunName.Sft(0).Text, RunName.Sft(last).Text, RunName.Baseline(last).Text);
        foreach (var (a, b) in new[] { (baseline, first), (dpo, first), (dpo, baseline) })
        {
            if (a != b && rows.TryGetValue(a, out var ours) && rows.TryGetValue(b, out var theirs))
            {
                console.WriteLine(DifferenceText.Of(Describe(a), Describe(b), PairedBootstrap.Compare(theirs.Correct, ours.Correct)));
            }
        }
    }

    // What was not measured is blank.
    private static string Percent(double? share) => share is { } value ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture) : "";
}
