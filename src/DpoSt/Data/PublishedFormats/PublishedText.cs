using System.Globalization;
using DpoSt.Text;
using DpoSt.Verification;

namespace DpoSt.Data.PublishedFormats;

/// <summary>What the published data sets have in common: a story, a question, a formula, an answer.</summary>
internal static class PublishedText
{
    /// <summary>The story and its question as one text; stories often end without their full stop.</summary>
    public static string Join(string body, string question)
    {
        var (story, asked) = (body.Trim(), question.Trim());
        return story.Length == 0 ? asked : $"{story}{(".?!,;:".Contains(story[^1], StringComparison.Ordinal) ? "" : ".")} {asked}".Trim();
    }

    /// <summary>A formula as a rationale in GSM8K's form; null where it is not arithmetic or gives another answer.</summary>
    public static string? Rationale(string formula, double answer)
    {
        var expression = string.Concat(formula.Where(c => !char.IsWhiteSpace(c)));
        var text = answer.ToString(CultureInfo.InvariantCulture);
        return Calculator.TryEvaluateNumber(expression, out var value) && FinalAnswer.AreSame(value, answer)
            ? $"<<{expression}={text}>>{text}\n#### {text}" : null;
    }
}
