using System.Text.Json;
using DpoSt.Text.Chat.Jinja;

namespace DpoSt.Text.Chat;

/// <summary>What a template is given to render.</summary>
/// <param name="Messages">The conversation: a list of objects with <c>role</c>, <c>content</c> and whatever else the template
/// reads.</param>
/// <param name="AddsGenerationPrompt">Whether the beginning of an answer follows, for a model to go on.</param>
internal sealed record ChatInput(JsonElement Messages, bool AddsGenerationPrompt)
{
    /// <summary>The names of what a conversation gives to a template itself.</summary>
    public static readonly IReadOnlySet<string> OwnNames =
        new HashSet<string>(["messages", "tools", "documents", "add_generation_prompt"], StringComparer.Ordinal);

    /// <summary>The tools that a model may call, as JSON schemas; most templates have no use for them.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Further values by name, such as <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Arguments { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>The texts of special tokens by their names in the tokenizer's configuration, such as <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What a template that asks for the day is told.</summary>
    public DateTime Now { get; init; } = DateTime.Now;

    /// <summary>The names that a template sees, as transformers gives them.</summary>
    internal IEnumerable<(string Name, object? Value)> Values()
    {
        foreach (var (name, text) in SpecialTokens)
        {
            yield return (name, text);
        }

        yield return ("messages", Value(Messages));
        yield return ("tools", Tools is { } tools ? Value(tools) : null);
        yield return ("documents", null);
        yield return ("add_generation_prompt", AddsGenerationPrompt);
        foreach (var (name, value) in Arguments)
        {
            yield return (name, Value(value));
        }
    }

    private static object? Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble(),
        JsonValueKind.Array => new Sequence([.. json.EnumerateArray().Select(Value)]),
        JsonValueKind.Object => Map(json),
        _ => null,
    };

    private static Mapping Map(JsonElement json)
    {
        var map = new Mapping();
        foreach (var property in json.EnumerateObject())
        {
            map[property.Name] = Value(property.Value);
        }

        return map;
    }
}
