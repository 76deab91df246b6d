using System.Text;
using DpoSt.Data.Reports;
using static DpoSt.App.Report.HtmlPage;

namespace DpoSt.App.Report;

/// <summary>The lengths of some texts, for a picture.</summary>
internal sealed record TextLengths(string Of, string Unit, IReadOnlyList<int> Lengths, int? Limit);

/// <summary>What is in a file of questions, as one HTML page.</summary>
internal static class DataPage
{
    private const int Examples = 50;

    /// <summary>The page.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="facts">The same in words, as the terminal has them.</param>
    /// <param name="lengths">What to draw.</param>
    public static string Html(DataReport report, IEnumerable<(string Name, string Value)> facts, IEnumerable<TextLengths> lengths)
    {
        var page = Begin(report.File);
        Table(page, ["", ""], facts.Select(fact => (string[])[fact.Name, fact.Value.Split('\n')[0]]));
        page.AppendLine("<h2>Rows to look at</h2>");
        Figure(
            page, BarChart.Counts("counts", [
                ("without a rationale", report.WithoutRationale), ("without an answer", report.WithoutAnswer),
                ("answers not read", report.Refused.Count), ("repeated questions", report.Repetitions.Count),
                ("shared questions", report.Shared.Count), ("wrong calculations", report.Wrong.Count),
            ]), $"Of {report.Rows} rows.");
        page.AppendLine("<h2>Lengths</h2>");
        foreach (var (texts, i) in lengths.Where(texts => texts.Lengths.Count > 0).Select((texts, i) => (texts, i)))
        {
            Figure(
                page, BarChart.Lengths($"lengths{i}", texts.Unit, texts.Lengths, texts.Limit),
                $"{texts.Of}{(texts.Limit is { } limit ? $"; the dashed line is the limit of {limit}" : "")}.");
        }

        List(page, "Answers that the verifier does not read", report.Refused);
        List(page, "Wrong calculations", report.Wrong);
        List(page, "Repeated questions", [.. report.Repetitions.Select(Sentence)]);
        List(page, "Shared questions", [.. report.Shared.Select(Sentence)]);
        return End(page);
    }

    private static string Sentence(Repetition repetition) =>
        $"{repetition.Row} repeats {repetition.Of}{(repetition.IsExact ? "" : " but for a word or two")}";

    private static void List(StringBuilder page, string title, IReadOnlyList<string> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        page.Append(Line($"<h2>{Escaped(title)}</h2>")).AppendLine("<ul>");
        items.Take(Examples).ToList().ForEach(item => page.Append(Line($"<li>{Escaped(item)}</li>")));
        page.AppendLine("</ul>");
        if (items.Count > Examples)
        {
            page.Append(Line($"<p>and {items.Count - Examples} more (dpost data --json has all).</p>"));
        }
    }
}
