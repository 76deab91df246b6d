using System.Text.Json;

namespace DpoSt.Data.Shapes;

/// <summary>Rows of messages: a question and an answer, or a conversation of several turns, with a system message in front or none.
/// </summary>
internal static class Messages
{
    /// <summary>What a whole row looks like.</summary>
    public const string Expected =
        "{\"messages\": [{\"role\": \"user\", \"content\": ...}, {\"role\": \"assistant\", \"content\": ...}]}";

    private const string System = "system";
    private const string User = "user";
    private const string Assistant = "assistant";

    /// <summary>The questions and answers of a row: of a conversation one for each answer, with all that was said before it.</summary>
    public static IEnumerable<QuestionRow> Read(JsonLine row, string name, string id)
    {
        var turns = WithoutSystem(Of(row, name));
        if (turns is [{ Role: User, Text: var alone }])
        {
            return [new QuestionRow(row, alone, null, null, id)];
        }

        return turns is [{ Role: not Assistant }, ..] && turns.Any(turn => turn.Role == Assistant)
            ? turns.Index().Where(turn => turn.Item.Role == Assistant).Select(turn => Answered(row, turns, turn.Index, id))
            : throw row.Error(
                $"the messages are of {(turns.Count == 0 ? "nobody" : Speakers(turns))}"
                + "; expected one of user and one of assistant, or several such turns.");
    }

    /// <summary>The question and the answer of a row whose prompt is a list of messages.</summary>
    public static QuestionRow Read(JsonLine row, string prompt, string? answer, string id)
    {
        var turns = WithoutSystem(Of(row, prompt));
        return answer is not null ? Answered(row, [.. turns, new(Assistant, answer)], turns.Count, id)
            : new QuestionRow(row, Said(turns), null, null, id) { Conversation = turns.Count == 1 ? null : Json(turns) };
    }

    /// <summary>The system message of a row, null where it has none.</summary>
    public static string? SystemOf(JsonLine row, string name) => Of(row, name) is [{ Role: System, Text: var text }, ..] ? text : null;

    /// <summary>The text of a list with a single message.</summary>
    public static string Flat(JsonLine row, string name) => Of(row, name) is [{ Role: User or Assistant, Text: var text }] ? text
        : throw row.Error($"\"{name}\" is not a text or one message; expected [{{\"role\": ..., \"content\": ...}}].");

    /// <summary>All that a list of messages says, and the list.</summary>
    public static (string Text, JsonElement List) Conversation(JsonLine row, string name)
    {
        var turns = Of(row, name);
        return turns.Count > 0 ? (Said(turns), Json(turns)) : throw row.Error($"\"{name}\" has no message; expected {Expected}.");
    }

    private static QuestionRow Answered(JsonLine row, List<Turn> turns, int at, string id) =>
        new(row, Said(turns.Take(at)), turns[at].Text, null, id) { Conversation = turns.Count == 2 ? null : Json(turns.Take(at + 1)) };

    private static string Said(IEnumerable<Turn> turns) => string.Join('\n', turns.Select(turn => turn.Text));

    private static string Speakers(IEnumerable<Turn> turns) => string.Join(", ", turns.Take(6).Select(turn => Shown.Text(turn.Role)));

    private static JsonElement Json(IEnumerable<Turn> turns) =>
        JsonSerializer.SerializeToElement(turns.Select(turn => new { role = turn.Role, content = turn.Text }));

    private static List<Turn> WithoutSystem(List<Turn> turns) => turns is [{ Role: System }, .. var others] ? others : turns;

    private static List<Turn> Of(JsonLine row, string name)
    {
        if (row.Property(name, Expected) is not { ValueKind: JsonValueKind.Array } list)
        {
            throw row.Error($"\"{name}\" is not a list of messages; expected {Expected}.");
        }

        return row.Property("tools", Expected) is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0
            || list.EnumerateArray().Any(message => message.ValueKind == JsonValueKind.Object
                && message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind is not JsonValueKind.Null)
            ? throw row.Error("the conversation calls tools, which cannot be learnt from yet: leave such rows out.")
            : [.. list.EnumerateArray().Select(message => message.ValueKind == JsonValueKind.Object
            && message.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String
            && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
                ? new Turn(row.TextOf(role), row.TextOf(content))
                : throw row.Error($"a message has no role or no text as its content; expected {Expected}."))];
    }

    private sealed record Turn(string Role, string Text);
}
