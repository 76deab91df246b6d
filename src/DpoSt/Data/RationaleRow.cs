using System.Text.Json;

namespace DpoSt.Data;

/// <summary>A row for supervised fine-tuning.</summary>
/// <param name="Question">The bare question; in a conversation all that was said before the answer.</param>
/// <param name="Answer">A rationale, in the format of the model that it is for.</param>
internal sealed record RationaleRow(string Question, string Answer)
{
    /// <summary>The messages of a conversation of several turns, of which the last is the answer; null for a question and its answer.
    /// </summary>
    public JsonElement? Conversation { get; init; }
}
