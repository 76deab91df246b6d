using ScottPlot;

namespace DpoSt.App.Report;

/// <summary>Bars as SVG that can stand inside a page.</summary>
internal static class BarChart
{
    private const int Bins = 40;

    /// <summary>How often which length comes; a dashed line is where a limit cuts.</summary>
    public static string Lengths(string id, string unit, IReadOnlyList<int> lengths, int? limit)
    {
        using var plot = new Plot();
        plot.Font.Set(Fonts.Sans);
        var width = Math.Max(1, (lengths.Max() + Bins) / Bins);
        var bars = lengths.GroupBy(length => length / width)
            .Select(bin => new Bar { Position = (bin.Key + 0.5) * width, Value = bin.Count(), Size = width, LineWidth = 0 });
        plot.Add.Bars(bars.ToArray());
        if (limit is { } cut && cut <= lengths.Max())
        {
            plot.Add.VerticalLine(cut, pattern: LinePattern.Dashed);
        }

        plot.Axes.Margins(bottom: 0);
        plot.XLabel(unit);
        plot.YLabel("rows");
        return LineChart.Embedded(plot, id);
    }

    /// <summary>A bar for each of some counts.</summary>
    public static string Counts(string id, IReadOnlyList<(string Name, int Count)> counts)
    {
        using var plot = new Plot();
        plot.Font.Set(Fonts.Sans);
        plot.Add.Bars((Bar[])[.. counts.Select((c, i) => new Bar
        {
            Position = counts.Count - 1 - i,
            Value = c.Count,
            Orientation = Orientation.Horizontal,
            LineWidth = 0,
            Label = c.Count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
        })]);
        plot.Axes.Left.SetTicks([.. counts.Select((_, i) => (double)(counts.Count - 1 - i))], [.. counts.Select(c => c.Name)]);
        plot.Axes.Left.MinimumSize = 170;
        plot.Axes.Margins(left: 0, right: 0.15);
        plot.XLabel("rows");
        return LineChart.Embedded(plot, id);
    }
}
