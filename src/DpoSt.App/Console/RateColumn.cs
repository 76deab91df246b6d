using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DpoSt.App.Console;

/// <summary>How fast the stage at work goes, in its own unit.</summary>
internal sealed class RateColumn : ProgressColumn
{
    /// <summary>What the stage counts.</summary>
    public string Unit { get; set; } = "";

    /// <summary>What an earlier run had done already.</summary>
    public long Before { get; set; }

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        var seconds = task.ElapsedTime?.TotalSeconds ?? 0;
        var text = seconds < 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{(task.Value - Before) / seconds:0.0} {Unit}/s");
        return new Markup(text, new Style(Color.Grey));
    }
}
