using System.Text.RegularExpressions;

namespace DpoSt.Verification;

/// <summary>Where a text has its final answer. Linear time on any text.</summary>
internal static partial class FinalText
{
    // A final answer is at the end: what is further from it is not looked at, so that no text is long work.
    private const int MaxLength = 20_000;
    private const string ThinkingStarts = "<think>";
    private const string ThinkingEnds = "</think>";

    /// <summary>What is behind a model's thinking; null where the thinking was cut off. Of a text without any it is all, up
    /// to a length that no answer has.</summary>
    public static string? BehindThinking(string text)
    {
        var end = text.LastIndexOf(ThinkingEnds, StringComparison.Ordinal);
        var answer = text.AsSpan(end < 0 ? 0 : end + ThinkingEnds.Length);
        return answer.Contains(ThinkingStarts, StringComparison.Ordinal) ? null
            : answer.Length > MaxLength ? answer[^MaxLength..].ToString()
            : answer.ToString();
    }

    /// <summary>What stands behind the last <c>####</c>, up to the end of its line; null where there is no mark.</summary>
    public static string? BehindMark(string text)
    {
        var mark = text.LastIndexOf("####", StringComparison.Ordinal);
        return mark < 0 ? null : FirstLine(text[(mark + 4)..]);
    }

    /// <summary>What stands behind the last "answer:" or "answer is", up to the end of its line; null where there is neither.</summary>
    public static string? BehindPhrase(string text)
    {
        Match? last = null;
        for (var match = Phrase().Match(text); match.Success; match = match.NextMatch())
        {
            last = match;
        }

        return last is null || FirstLine(text[(last.Index + last.Length)..]) is not { Length: > 0 } tail ? null : tail;
    }

    /// <summary>The last line that is not blank.</summary>
    public static string LastLine(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var end = trimmed.LastIndexOf('\n');
        return trimmed[(end + 1)..].Trim().ToString();
    }

    private static string FirstLine(string text)
    {
        var rest = text.AsSpan().TrimStart();
        var end = rest.IndexOf('\n');
        return (end < 0 ? rest : rest[..end]).Trim().ToString();
    }

    [GeneratedRegex(
        @"answer(\s+is)?\s*(:|\bis\b|=)\s*",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Phrase();
}
