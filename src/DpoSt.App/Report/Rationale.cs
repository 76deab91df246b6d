using System.Net;
using System.Text.RegularExpressions;

namespace DpoSt.App.Report;

/// <summary>A rationale as HTML, its calculator steps marked.</summary>
internal static partial class Rationale
{
    /// <summary>The text escaped, each annotation (<c>[ 2 * 3 = 6]</c> or <c>&lt;&lt;2*3=6&gt;&gt;</c>) in a <c>mark</c> element.</summary>
    public static string Html(string text)
    {
        var html = new System.Text.StringBuilder();
        var at = 0;
        foreach (Match step in Step().Matches(text))
        {
            html.Append(WebUtility.HtmlEncode(text[at..step.Index]))
                .Append("<mark>")
                .Append(WebUtility.HtmlEncode(step.Value))
                .Append("</mark>");
            at = step.Index + step.Length;
        }

        return html.Append(WebUtility.HtmlEncode(text[at..])).ToString();
    }

    [GeneratedRegex(@"\[ [^\[\]=]*=[^\[\]]*\]|<<[^<>=]*=[^<>]*>>", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Step();
}
