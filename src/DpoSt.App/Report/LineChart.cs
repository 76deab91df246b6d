using System.Text.RegularExpressions;
using ScottPlot;

namespace DpoSt.App.Report;

/// <summary>A line of a chart; thin, with open circles, where it is not the run's own.</summary>
internal sealed record ChartLine(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, bool IsOurs = true);

/// <summary>A chart of lines as SVG that can stand inside a page.</summary>
internal static partial class LineChart
{
    private const int Width = 560;
    private const int Height = 340;

    /// <summary>Draws the lines; ids within the SVG begin with <paramref name="id"/>, and x are whole numbers.</summary>
    public static string Svg(string id, string x, string y, IReadOnlyList<ChartLine> lines)
    {
        using var plot = new Plot();
        plot.Font.Set(Fonts.Sans);
        foreach (var line in lines)
        {
            var scatter = plot.Add.Scatter(line.X.ToArray(), line.Y.ToArray());
            scatter.LegendText = line.Name;
            scatter.LineWidth = line.IsOurs ? 2 : 1;
            scatter.MarkerShape = line.IsOurs ? MarkerShape.FilledCircle : MarkerShape.OpenCircle;
        }

        plot.XLabel(x);
        plot.YLabel(y);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.Axes.Bottom.MinorTickStyle.Length = 0;
        plot.ShowLegend(Edge.Bottom);
        return Embedded(plot, id);
    }

    /// <summary>A drawing that browsers take: they refuse a list that ends with a comma.</summary>
    public static string ForBrowsers(string svg) => LastComma().Replace(svg, "\"");

    /// <summary>A drawing for a page that holds many: ids must not meet, and each scales with the page.</summary>
    public static string Embedded(Plot plot, string id)
    {
        var svg = plot.GetSvgXml(Width, Height);
        var drawing = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        drawing = Id().Replace(drawing, $"$&{id}-");
        return $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\"{ForBrowsers(drawing)["<svg".Length..]}";
    }

    [GeneratedRegex("id=\"|url\\(#|href=\"#", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Id();

    [GeneratedRegex("(?<=\\d), \"", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex LastComma();
}
