using System.Net;
using System.Text;

namespace DpoSt.App.Report;

/// <summary>What every page of HTML has: it needs nothing else, no script, no file, no request.</summary>
internal static class HtmlPage
{
    // The policy forbids what the page does without, whatever a model may have written into a rationale.
    private const string Head = """
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <link rel="icon" href="data:,">
        <style>
        body { font: 16px/1.5 sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
        h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
        figure { display: inline-block; margin: 0 1rem 1rem 0; width: 34rem; max-width: 100%; vertical-align: top; }
        svg { width: 100%; height: auto; }
        figcaption, footer { color: #555; font-size: .9rem; }
        table { border-collapse: collapse; }
        th, td { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: right; }
        th:first-child, td:first-child { text-align: left; }
        article { border-left: 4px solid #2a7; padding: .2rem 1rem; margin: 1rem 0; }
        article.wrong { border-color: #c33; }
        article p { white-space: pre-wrap; margin: .4rem 0; }
        mark { background: #ffec99; }
        </style>
        """;

    /// <summary>A page down to its heading.</summary>
    public static StringBuilder Begin(string title) => new StringBuilder()
        .AppendLine("<!DOCTYPE html>").AppendLine("<html lang=\"en\">").AppendLine("<head>").AppendLine(Head)
        .Append(Line($"<title>dpost: {Escaped(title)}</title>"))
        .AppendLine("</head>")
        .AppendLine("<body>")
        .Append(Line($"<h1>{Escaped(title)}</h1>"));

    /// <summary>The whole page.</summary>
    public static string End(StringBuilder page) => page.AppendLine("</body>").AppendLine("</html>").ToString();

    /// <summary>A drawing with a sentence below it.</summary>
    public static void Figure(StringBuilder page, string svg, string caption) =>
        page.Append(Line($"<figure>{svg}<figcaption>{Escaped(caption)}</figcaption></figure>"));

    /// <summary>A table.</summary>
    public static void Table(StringBuilder page, IEnumerable<string> head, IEnumerable<string[]> rows)
    {
        page.AppendLine("<table>").Append(Line($"<tr>{string.Concat(head.Select(h => $"<th>{Escaped(h)}</th>"))}</tr>"));
        foreach (var row in rows)
        {
            page.Append(Line($"<tr>{string.Concat(row.Select(cell => $"<td>{Escaped(cell)}</td>"))}</tr>"));
        }

        page.AppendLine("</table>");
    }

    /// <summary>A text as HTML.</summary>
    public static string Escaped(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A line of the page.</summary>
    public static string Line(string html) => html + "\n";
}
