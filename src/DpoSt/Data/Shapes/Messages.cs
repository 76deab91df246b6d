using System.Text.Json;

namespace DpoSt.Data.Shapes;

/// <summary>Rows of messages with one question and one answer, and a system message in front or none.</summary>
internal static class Messages
{
    /// <summary>What a whole row looks like.</summary>
    public const string Expected =
        "{\"messages\": [{\"role\": \"user\", \"content\": ...}, {\"role\": \"assistant\", \"content\": ...}]}";

    /// <summary>The question and the answer of a row; a conversation of several turns is none.</summary>
    public static (string Question, string? Answer) Turn(JsonLine row, string name)
    {
        var turns = Of(row, name);
        if (turns is [{ Role: "system" }, ..])
        {
            turns = turns[1..];
        }

        return turns switch
        {
            [{ Role: "user", Text: var question }] => (question, null),
            [{ Role: "user", Text: var question }, { Role: "assistant", Text: var answer }] => (question, answer),
            _ => throw row.Error(
                $"the messages are of {string.Join(", ", turns.Take(6).Select(turn => turn.Role))}; "
                + "expected one of user and one of assistant: conversations of several turns cannot be learnt from yet."),
        };
    }

    /// <summary>The system message of a row, null where it has none.</summary>
    public static string? System(JsonLine row, string name) => Of(row, name) is [{ Role: "system", Text: var text }, ..] ? text : null;

    /// <summary>The text of a list with a single message.</summary>
    public static string Flat(JsonLine row, string name) => Of(row, name) is [{ Role: "user" or "assistant", Text: var text }] ? text
        : throw row.Error($"\"{name}\" is not a text or one message; expected [{{\"role\": ..., \"content\": ...}}].");

    private static List<(string Role, string Text)> Of(JsonLine row, string name)
    {
        if (row.Property(name, Expected) is not { ValueKind: JsonValueKind.Array } list)
        {
            throw row.Error($"\"{name}\" is not a list of messages; expected {Expected}.");
        }

        return [.. list.EnumerateArray().Select(message => message.ValueKind == JsonValueKind.Object
            && message.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String
            && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
                ? (row.TextOf(role), row.TextOf(content))
                : throw row.Error($"a message has no role or no text as its content; expected {Expected}."))];
    }
}
