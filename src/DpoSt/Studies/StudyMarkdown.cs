using System.Globalization;
using System.Text;

namespace DpoSt.Studies;

/// <summary>A study's table as Markdown, and its cells for any other table.</summary>
internal static class StudyMarkdown
{
    /// <summary>The columns of the table.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["arm", "model", "set", "seeds", "greedy", "sd", "no calculator", "pass@n", "samples drawn", "fine-tuning steps", "DPO steps"];

    /// <summary>A row's cells.</summary>
    public static IReadOnlyList<string> Cells(StudyRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return
        [
            row.Arm, row.Run, row.Set, Number(row.Greedy.Count), Percent(row.Mean), Percent(row.Deviation), Percent(row.WithoutCalculator),
            row is { Samples: > 0, PassAtN: { } pass } ? $"{Percent(pass)} (n = {Number(row.Samples)})" : "", Number(row.Budget.Samples),
            Number(row.Budget.FineTuningSteps), Number(row.Budget.PreferenceSteps),
        ];
    }

    /// <summary>The columns of the table of mediators.</summary>
    public static IReadOnlyList<string> MediatorColumns { get; } =
    [
        "arm", "run", "questions with pairs", "right rationales a question", "models' own rows", "chosen, nats", "rejected, nats",
        "KL to the reference, nats",
    ];

    /// <summary>A row's cells.</summary>
    public static IReadOnlyList<string> Cells(StudyMediators row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return
        [
            row.Arm, row.Run, Of(row.PairedQuestions, Percent), Of(row.RightRationales, Decimals), Of(row.OwnRows, Percent),
            Of(row.Chosen, Decimals), Of(row.Rejected, Decimals), Of(row.Kl, Decimals),
        ];

        static string Of(double? value, Func<double, string> text) => value is { } number ? text(number) : "";
        static string Decimals(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>A difference in a sentence.</summary>
    public static string Sentence(StudyDifference difference)
    {
        ArgumentNullException.ThrowIfNull(difference);
        var (points, of) = (difference.Difference, difference.Seeds);
        return $"{difference.Second} against {difference.First} on {difference.Set}, {Counted.Of(of, "seed")}: "
            + $"{Points(points.Difference)} points, 95 % interval [{Points(points.Low)}, {Points(points.High)}]: {points.Conclusion}";
    }

    /// <summary>The whole page.</summary>
    public static string Page(StudySummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var (study, page) = (summary.Study, new StringBuilder());
        Line($"# {study.Name}");
        Line("");
        Line($"Written by `dpost study`: {summary.Finished} of {study.Cells.Count} cells. % right, means over seeds and their standard "
            + "deviation; what a model took includes what it comes from.");
        Line("");
        Table(Columns, summary.Rows.Select(Cells));
        if (summary.Mediators.Count > 0)
        {
            Line("What may carry an effect: what was chosen from each run's samples, and what tuning on pairs did to log-probabilities.");
            Line("");
            Table(MediatorColumns, summary.Mediators.Select(Cells));
        }

        summary.Differences.ToList().ForEach(difference => Line($"- {Sentence(difference)}"));
        return page.ToString();

        void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
        {
            Line($"| {string.Join(" | ", columns)} |");
            Line($"|{string.Concat(columns.Select(_ => "---|"))}");
            rows.ToList().ForEach(row => Line($"| {string.Join(" | ", row)} |"));
            Line("");
        }

        void Line(string text) => page.Append(text).Append('\n');
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Points(double share) => (100 * share).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
