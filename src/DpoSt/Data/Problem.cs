using System.Globalization;
using System.Text.Json.Serialization;

namespace DpoSt.Data;

/// <summary>A question with its true final answer.</summary>
/// <param name="Id">Names the problem in samples and random draws; unique within a set.</param>
/// <param name="Question">The question as written.</param>
/// <param name="Answer">The gold rationale in GSM8K's form, or null where only the final answer is known (pool questions).</param>
/// <param name="Ans">The final answer as written: what the verifier judges by. Files have a number bare.</param>
internal sealed record Problem(
    string Id, string Question, string? Answer, [property: JsonConverter(typeof(AnsJson))] string Ans)
{
    /// <summary>A problem whose final answer is a number.</summary>
    public Problem(string id, string question, string? answer, double ans)
        : this(id, question, answer, ans.ToString(CultureInfo.InvariantCulture))
    {
    }
}
