using System.Text;
using DpoSt.Text.Tokenizers.Expressions;

namespace DpoSt.Text.Tokenizers.Pipeline.Normalizers;

/// <summary>Writes something else for what an expression matches.</summary>
internal sealed class Replace(Expression pattern, string content) : INormalizer
{
    public Stretch Normalize(Stretch stretch, bool continues)
    {
        var matches = pattern.Matches(stretch.Span);
        return matches.Count == 0 ? stretch : new(Written(stretch.Span, matches).AsMemory(), AtStart(matches, stretch.AtStart));
    }

    public string Apply(string text) => pattern.Matches(text) is { Count: > 0 } matches ? Written(text, matches) : text;

    private string Written(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        var (written, last) = (new StringBuilder(text.Length), 0);
        foreach (var (start, end) in matches)
        {
            written.Append(text[last..start]).Append(content);
            last = end;
        }

        return written.Append(text[last..]).ToString();
    }

    /// <summary>What is written stands where the last character of the match stood.</summary>
    private int AtStart(List<(int Start, int End)> matches, int before)
    {
        var (after, last) = (0, 0);
        foreach (var (start, end) in matches.TakeWhile(m => m.Start <= before))
        {
            after += start - last;
            last = end;
            if (end > before)
            {
                return after;
            }

            after += content.Length;
        }

        return after + before - last;
    }
}
