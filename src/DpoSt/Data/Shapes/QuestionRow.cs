using System.Text.Json;

namespace DpoSt.Data.Shapes;

/// <summary>What a row of any shape says.</summary>
/// <param name="Line">The row as it stands in its file.</param>
/// <param name="Question">The question; in a conversation all that was said before the answer.</param>
/// <param name="Rationale">The answer to learn, null where the row has none.</param>
/// <param name="Gold">The final answer where a column has it alone, null where it is the end of the rationale.</param>
/// <param name="IdColumn">The column that names the row.</param>
internal sealed record QuestionRow(JsonLine Line, string Question, string? Rationale, string? Gold, string IdColumn)
{
    /// <summary>The messages of a conversation of several turns up to the answer; null for a question and its answer.</summary>
    public JsonElement? Conversation { get; init; }
}
