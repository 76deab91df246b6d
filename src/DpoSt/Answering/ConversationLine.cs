using System.Text.Json;
using DpoSt.Data;
using DpoSt.Text.Chat;

namespace DpoSt.Answering;

/// <summary>The conversation of a line.</summary>
internal static class ConversationLine
{
    /// <summary>A line's <c>messages</c>, or none where it has no such property.</summary>
    /// <param name="expected">What a whole line looks like.</param>
    /// <exception cref="UserErrorException">They are no conversation.</exception>
    public static JsonElement? Messages(JsonLine line, string expected) => line.Property("messages", expected) is not { } messages ? null
        : ChatFormat.Problem(messages) is { } problem ? throw line.Error($"{problem}; expected {expected}.") : messages;
}
