using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>How fast the stage at work goes, in its own unit.</summary>
internal sealed class RateColumn : ProgressColumn
{
    /// <summary>What the stage counts.</summary>
    public string Unit { get; set; } = "";

    /// <summary>What an earlier run had done already.</summary>
    public long Before { get; set; }

    /// <summary>A rate with as many digits as it takes to be more than nothing.</summary>
    public static string Text(double rate) => rate.ToString(rate >= 1 ? "0.0" : "0.###", CultureInfo.InvariantCulture);

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        var seconds = task.ElapsedTime?.TotalSeconds ?? 0;
        var text = seconds < 1 ? "" : Invariant($"{Text((task.Value - Before) / seconds)} {Unit}/s");
        return new Markup(text, new Style(Color.Grey));
    }
}
