using DpoSt.Studies;
using ScottPlot;

namespace DpoSt.App.Report;

/// <summary>A study's picture: of every model on the study's own set each seed's accuracy as a ring, and their mean as a dot.</summary>
internal static class StudyPicture
{
    private const int Width = 760;
    private const int Height = 420;

    public static string Svg(StudySummary summary)
    {
        using var plot = new Plot();
        plot.Font.Set(Fonts.Sans);
        List<StudyRow> rows = [.. summary.Rows.Where(row => row.Set == summary.Study.Options.EvaluateOn)];
        foreach (var (i, row) in rows.Index())
        {
            var seeds = plot.Add.ScatterPoints(
                Enumerable.Repeat((double)i, row.Greedy.Count).ToArray(), row.Greedy.Select(g => 100 * g).ToArray());
            (seeds.MarkerShape, seeds.Color) = (MarkerShape.OpenCircle, Colors.Gray);
            var mean = plot.Add.ScatterPoints(new[] { (double)i }, new[] { 100 * row.Mean });
            (mean.MarkerSize, mean.Color) = (10, Colors.Black);
        }

        plot.Axes.Bottom.SetTicks(
            [.. Enumerable.Range(0, rows.Count).Select(i => (double)i)], [.. rows.Select(row => $"{row.Arm} {row.Run}")]);
        plot.Axes.Bottom.TickLabelStyle.Rotation = 30;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleLeft;
        plot.Axes.Bottom.MinimumSize = 110;
        plot.Axes.Right.MinimumSize = 60;
        plot.YLabel($"% right on {summary.Study.Options.EvaluateOn}, greedy");
        return LineChart.ForBrowsers(plot.GetSvgXml(Width, Height));
    }
}
