using System.Collections.Concurrent;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DpoSt.App.Console;

/// <summary>How fast each work with a bar goes.</summary>
internal sealed class RateColumn : ProgressColumn
{
    private readonly ConcurrentDictionary<int, string> rates = new();

    /// <summary>Says how fast a work goes.</summary>
    public void Set(ProgressTask task, string rate) => rates[task.Id] = rate;

    /// <summary>A rate with as many digits as it takes to be more than nothing.</summary>
    public static string Text(double rate) => rate.ToString(rate >= 1 ? "0.0" : "0.###", CultureInfo.InvariantCulture);

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Markup(Markup.Escape(rates.GetValueOrDefault(task.Id, "")), new Style(Color.Grey));
}
