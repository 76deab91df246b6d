using System.Text.Json;

namespace DpoSt.Text.Chat;

/// <summary>
/// Questions and answers as turns of a chat template. The prompt ends where an answer begins; an answer is what the template prints for it
/// behind the prompt, without its end of turn. Where the template prints the turn otherwise than it opens one (DeepSeek-R1-Distill leaves
/// thoughts out of past turns), an answer is its text alone: what the model writes behind the prompt.
/// </summary>
internal sealed class ChatFormat : PromptFormat
{
    private const string SomeQuestion = "a question";
    private const string SomeAnswer = "dpost's answer";
    private readonly ChatTemplate template;
    private readonly PromptOptions options;
    private readonly IReadOnlyDictionary<string, string> specialTokens;
    private readonly Lazy<string> endOfTurn;

    /// <summary>Questions in a template.</summary>
    public ChatFormat(ChatTemplate template, PromptOptions options, IReadOnlyDictionary<string, string> specialTokens)
    {
        (this.template, this.options, this.specialTokens) = (template, options, specialTokens);
        endOfTurn = new(FindEndOfTurn);
    }

    /// <inheritdoc/>
    public override bool IsCausal => true;

    /// <inheritdoc/>
    public override bool HasSpecialTokens => true;

    /// <inheritdoc/>
    public override CalculatorFormat Calculator => CalculatorFormat.Llama;

    /// <inheritdoc/>
    public override string Source => template.Source;

    /// <inheritdoc/>
    public override string? EndOfTurn => endOfTurn.Value;

    /// <inheritdoc/>
    public override string Prompt(string question) => Render(Turns(question), forAnswer: true);

    /// <inheritdoc/>
    public override string Target(string answer) => LastTurn(Turns(SomeQuestion, answer)).Answer;

    /// <summary>What a model is given for the last turn of a conversation, which is the assistant's, and what it should write.</summary>
    public (string Prompt, string Answer) LastTurn(JsonElement messages)
    {
        var count = messages.GetArrayLength();
        var prompt = Render(JsonSerializer.SerializeToElement(messages.EnumerateArray().Take(count - 1)), forAnswer: true);
        var (whole, tail) = (Render(messages, forAnswer: false), EndOfTurn!);
        return (prompt, whole.Length >= prompt.Length + tail.Length && whole.StartsWith(prompt, StringComparison.Ordinal)
            && whole.EndsWith(tail, StringComparison.Ordinal) ? whole[prompt.Length..^tail.Length]
            : messages[count - 1].GetProperty("content").GetString()!);
    }

    /// <summary>Whether the assistant spoke last, in words.</summary>
    public static bool IsAnswered(JsonElement messages) => messages[messages.GetArrayLength() - 1] is var last
        && last.GetProperty("role").ValueEquals("assistant") && last.TryGetProperty("content", out var content)
        && content.ValueKind == JsonValueKind.String;

    /// <summary>What keeps a value from being a conversation, in a clause; null where nothing does.</summary>
    public static string? Problem(JsonElement messages) =>
        messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0 ? "\"messages\" is not a list of messages"
        : messages.EnumerateArray().Index().FirstOrDefault(m => m.Item.ValueKind != JsonValueKind.Object
            || !m.Item.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String
            || !(m.Item.TryGetProperty("content", out _) || m.Item.TryGetProperty("tool_calls", out _)), (-1, default)).Index
            is >= 0 and var at ? $"message {at + 1} has no role and content" : null;

    /// <summary>What the template makes of any conversation, with the system prompt before one that has none.</summary>
    /// <param name="messages">A list of objects with <c>role</c> and <c>content</c>.</param>
    /// <param name="forAnswer">Whether the beginning of an answer follows.</param>
    /// <param name="tools">The tools that the model may call; null is none.</param>
    /// <param name="arguments">Values for the template, which go before those of the options; null is none.</param>
    public string Render(
        JsonElement messages, bool forAnswer, JsonElement? tools = null, IReadOnlyDictionary<string, JsonElement>? arguments = null) =>
        template.Render(
        new ChatInput(WithSystem(messages), forAnswer)
        {
            Tools = tools,
            Arguments = arguments is null ? options.Arguments
                : arguments.Concat(options.Arguments.ExceptBy(arguments.Keys, given => given.Key, StringComparer.Ordinal))
                    .ToDictionary(StringComparer.Ordinal),
            SpecialTokens = specialTokens,
            Now = options.Now ?? DateTime.Now,
        });

    private static JsonElement Turns(string question, string? answer = null)
    {
        object[] turns =
            [new { role = "user", content = question }, .. answer is null ? (object[])[] : [new { role = "assistant", content = answer }]];
        return JsonSerializer.SerializeToElement(turns);
    }

    private JsonElement WithSystem(JsonElement messages)
    {
        var hasOwn = messages.GetArrayLength() > 0 && messages[0].TryGetProperty("role", out var role) && role.ValueEquals("system");
        return options.System is null || hasOwn ? messages
            : JsonSerializer.SerializeToElement(messages.EnumerateArray().Prepend(
                JsonSerializer.SerializeToElement(new { role = "system", content = options.System })));
    }

    private string FindEndOfTurn()
    {
        var whole = Render(Turns(SomeQuestion, SomeAnswer), forAnswer: false);
        var at = whole.LastIndexOf(SomeAnswer, StringComparison.Ordinal);
        return at >= 0 ? whole[(at + SomeAnswer.Length)..]
            : throw new UserErrorException($"{template.Source}: the chat template does not print what the assistant says.");
    }
}
