// Draws the pictures of the documentation as SVG on standard output:
//   dotnet run docs/make/pictures.cs loop            the self-training loop
//   dotnet run docs/make/pictures.cs terminal FILE   what a command printed, as a terminal shows it
using System.Globalization;
using System.Net;
using System.Text;

Console.OutputEncoding = new UTF8Encoding(false);
Console.Out.Write(args switch
{
    ["loop"] => Loop(),
    ["terminal", var file] => Terminal(File.ReadAllLines(file)),
    _ => throw new ArgumentException("expected: loop | terminal FILE"),
});

static string Loop()
{
    const int width = 190, height = 84;
    var svg = new StringBuilder("""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 330" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" role="img" aria-label="The self-training loop">
        <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#57606a"/></marker></defs>
        <rect width="900" height="330" rx="10" fill="#ffffff"/>
        <rect x="232" y="30" width="656" height="284" rx="14" fill="none" stroke="#8250df" stroke-dasharray="6 5"/>
        <text x="560" y="22" font-size="13" fill="#8250df" text-anchor="middle">each iteration</text>

        """);
    Box(20, 56, "Fine-tune", "your model learns from", "your worked answers", "#ddf4ff");
    Box(248, 56, "Sample", "5 answers a question;", "a calculator does the sums", "#fff8c5");
    Box(470, 56, "Check", "is the final number", "the right one?", "#fff8c5");
    Box(690, 56, "Pair", "a right answer with a", "wrong one, same question", "#fff8c5");
    Box(690, 204, "DPO", "make right answers likelier", "than wrong ones", "#fbefff");
    Box(470, 204, "Sample, check, keep", "3 new answers a question;", "only right ones stay", "#dafbe1");
    Box(248, 204, "Fine-tune again", "your model once more, on", "worked and kept answers", "#ddf4ff");
    Box(20, 204, "Evaluate", "accuracy with intervals,", "on questions not seen", "#f6f8fa");
    foreach (var path in (string[])["M210 98H244", "M438 98H466", "M660 98H686", "M785 140V200", "M690 246H664", "M470 246H442", "M343 204V144", "M248 246H214"])
    {
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" stroke=\"#57606a\" stroke-width=\"1.6\" marker-end=\"url(#tip)\"/>\n");
    }

    svg.Append("<text x=\"351\" y=\"176\" font-size=\"12\" fill=\"#57606a\">next iteration</text>\n</svg>\n");
    return svg.ToString();

    void Box(int x, int y, string title, string first, string second, string fill) => svg.Append(CultureInfo.InvariantCulture, $"""
        <rect x="{x}" y="{y}" width="{width}" height="{height}" rx="9" fill="{fill}" stroke="#8c959f"/>
        <text x="{x + (width / 2)}" y="{y + 27}" font-size="15" font-weight="600" fill="#1f2328" text-anchor="middle">{title}</text>
        <text x="{x + (width / 2)}" y="{y + 49}" font-size="12.5" fill="#424a53" text-anchor="middle">{first}</text>
        <text x="{x + (width / 2)}" y="{y + 67}" font-size="12.5" fill="#424a53" text-anchor="middle">{second}</text>

        """);
}

static string Terminal(string[] lines)
{
    const double advance = 7.25, leading = 17, left = 18, top = 54;
    var width = (lines.Max(line => line.Length) * advance) + (2 * left);
    var height = top + (lines.Length * leading) + 6;
    var svg = new StringBuilder();
    svg.Append(CultureInfo.InvariantCulture, $"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:0} {height:0}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12" role="img" aria-label="What the demo prints">
        <rect width="{width:0}" height="{height:0}" rx="9" fill="#0d1117"/>
        <circle cx="20" cy="19" r="6" fill="#ff5f57"/><circle cx="40" cy="19" r="6" fill="#febc2e"/><circle cx="60" cy="19" r="6" fill="#28c840"/>

        """);
    for (var i = 0; i < lines.Length; i++)
    {
        var indent = lines[i].Length - lines[i].TrimStart().Length;
        var text = lines[i].Trim();
        if (text.Length > 0)
        {
            // A length for every line keeps the columns of tables straight, whatever the font.
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{left + (indent * advance):0.#}\" y=\"{top + (i * leading):0}\" fill=\"{Colour(lines[i])}\" textLength=\"{text.Length * advance:0.#}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{WebUtility.HtmlEncode(text)}</text>\n");
        }
    }

    return svg.Append("</svg>\n").ToString();
}

static string Colour(string line) =>
    line.StartsWith("$ ", StringComparison.Ordinal) ? "#ffffff"
    : line.EndsWith(": better", StringComparison.Ordinal) ? "#7ee787"
    : line.EndsWith("no clear difference", StringComparison.Ordinal) ? "#e3b341"
    : !line.StartsWith(' ') && line.Contains(" of 17)", StringComparison.Ordinal) ? "#79c0ff"
    : line.StartsWith("  done in", StringComparison.Ordinal) ? "#a5d6a7"
    : line.StartsWith("  step", StringComparison.Ordinal) ? "#8b949e"
    : "#c9d1d9";
