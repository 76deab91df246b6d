using System.Text.Json;
using DpoSt.Answering.Live;
using DpoSt.Generation;
using DpoSt.Text.Chat;
using Microsoft.AspNetCore.Http;

namespace DpoSt.App.Serve;

/// <summary><c>/v1/chat/completions</c>: conversations in the model's chat template.</summary>
internal static class ChatEndpoint
{
    private const int MostLikeliest = 20;

    public static async Task AnswerAsync(HttpContext http, RequestBody body, ServedModel model)
    {
        var limits = model.Live.Options;
        var most = body.Integer("max_completion_tokens", 1, int.MaxValue) ?? body.Integer("max_tokens", 1, int.MaxValue)
            ?? limits.MaxNewTokens;
        body.Ignore("max_tokens");
        var fields = AnswerFields.Read(body, limits, model.Calculator, most);
        var wantsLogProbs = body.Flag("logprobs") ?? false;
        var likeliest = body.Integer("top_logprobs", 0, MostLikeliest) ?? 0;
        if (wantsLogProbs && fields.Decoding.Calculator is not null)
        {
            throw CompletionEndpoint.NoLogProbs();
        }

        Refuse(body);
        var (messages, arguments) = (Messages(body), TemplateArguments(body));
        body.RefuseRest();
        var prompt = model.Encoder.Conversation(messages, null, arguments);
        var answers = model.Live.Ask(fields.Requests(prompt, wantsLogProbs ? likeliest : 0), http.RequestAborted);
        var reply = new Reply($"chatcmpl-{Guid.NewGuid():N}", DateTimeOffset.UtcNow.ToUnixTimeSeconds(), model, fields, wantsLogProbs);
        await (fields.Streams ? StreamAsync(http, reply, answers, prompt.Length) : WholeAsync(http, reply, answers, prompt.Length))
            .ConfigureAwait(false);
    }

    private static async Task WholeAsync(HttpContext http, Reply reply, IReadOnlyList<LiveAnswer> answers, int promptTokens)
    {
        var tokens = answers.Select(_ => new List<WrittenToken>()).ToArray();
        var choices = new object[answers.Count];
        var written = 0;
        await foreach (var (index, piece, whole) in AnswerStream.Merge(answers, http.RequestAborted).ConfigureAwait(false))
        {
            if (piece?.Token is { } token && reply.WantsLogProbs)
            {
                tokens[index].Add(token);
            }

            if (whole is not null)
            {
                written += whole.Ids.Length;
                choices[index] = new
                {
                    index,
                    message = new { role = "assistant", content = whole.Text, refusal = (string?)null },
                    logprobs = reply.LogProbs(tokens[index]),
                    finish_reason = CompletionEndpoint.Reason(whole),
                };
            }
        }

        await WireText.SendAsync(http, new
        {
            reply.Id,
            @object = "chat.completion",
            reply.Created,
            model = reply.Model.Name,
            choices,
            usage = new Usage(promptTokens, written),
        }).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext http, Reply reply, IReadOnlyList<LiveAnswer> answers, int promptTokens)
    {
        WireText.Begin(http);
        for (var i = 0; i < answers.Count; i++)
        {
            await Event(i, new { role = "assistant", content = "" }).ConfigureAwait(false);
        }

        var written = 0;
        await foreach (var (index, piece, whole) in AnswerStream.Merge(answers, http.RequestAborted).ConfigureAwait(false))
        {
            written += whole?.Ids.Length ?? 0;
            if (whole is not null)
            {
                await Event(index, new { }, reason: CompletionEndpoint.Reason(whole)).ConfigureAwait(false);
            }
            else if (piece is { Text.Length: > 0 } || (reply.WantsLogProbs && piece?.Token is not null))
            {
                var told = piece!.Token is { } token ? reply.LogProbs([token]) : null;
                await Event(index, new { content = piece.Text }, told).ConfigureAwait(false);
            }
        }

        if (reply.Fields.TellsUsage)
        {
            await WireText.EventAsync(http, reply.Chunk([], new Usage(promptTokens, written))).ConfigureAwait(false);
        }

        await WireText.EndAsync(http).ConfigureAwait(false);

        Task Event(int index, object delta, object? logprobs = null, string? reason = null) =>
            WireText.EventAsync(http, reply.Chunk([new { index, delta, logprobs, finish_reason = reason }], null));
    }

    private static void Refuse(RequestBody body)
    {
        body.RefuseUnless("tools", value => value is { ValueKind: JsonValueKind.Array } && value.GetArrayLength() == 0,
            "tools are not called here");
        body.RefuseUnless("tool_choice", value => value.ValueKind == JsonValueKind.String && value.GetString() is "none" or "auto",
            "tools are not called here");
        body.RefuseUnless("response_format", value => value.ValueKind == JsonValueKind.Object
            && value.TryGetProperty("type", out var type) && type.ValueEquals("text"), "answers are text alone");
        body.RefuseUnless("modalities", value => value.GetRawText() is "[\"text\"]", "answers are text alone");
    }

    // Texts in parts are joined, and "developer", which OpenAI's newer models call it, is the system's role.
    private static JsonElement Messages(RequestBody body)
    {
        if (body.Value("messages") is not { } messages)
        {
            throw new RequestException(400, "messages is missing; expected a list of messages with role and content.", "messages");
        }

        if (ChatFormat.Problem(messages) is { } problem)
        {
            throw new RequestException(400, $"{problem}; expected a list of objects with role and content.", "messages");
        }

        var turns = messages.EnumerateArray().Index().Select(turn =>
        {
            var (at, message) = turn;
            if (message.TryGetProperty("tool_calls", out _) || !message.TryGetProperty("content", out var content))
            {
                throw new RequestException(400, $"message {at + 1} calls tools, and tools are not called here.", "messages");
            }

            var role = message.GetProperty("role").GetString();
            return new { role = role == "developer" ? "system" : role, content = Content(content, at) };
        }).ToArray();
        return turns[^1].role != "assistant" ? JsonSerializer.SerializeToElement(turns)
            : throw new RequestException(
                400, "the last message is the assistant's; expected the user's, for the assistant is to answer it.", "messages");
    }

    // As vLLM has them: values for the template, such as enable_thinking; they go before those that the server was started with.
    private static Dictionary<string, JsonElement>? TemplateArguments(RequestBody body)
    {
        const string name = "chat_template_kwargs";
        if (body.Value(name) is not { } given)
        {
            return null;
        }

        var own = given.ValueKind == JsonValueKind.Object && JsonTexts.AreWhole(given) ? given.EnumerateObject().ToList()
            : throw body.Wrong(name, given, "an object of values for the chat template");
        return own.Select(value => value.Name).FirstOrDefault(ChatInput.OwnNames.Contains) is { } taken
            ? throw new RequestException(400, $"{name}.{taken} is a value that the conversation itself has; leave it out.", name)
            : own.GroupBy(value => value.Name, StringComparer.Ordinal).ToDictionary(
                same => same.Key, same => same.Last().Value, StringComparer.Ordinal);
    }

    private static string Content(JsonElement content, int at)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return JsonTexts.AreWhole(content) ? content.GetString()! : throw NotText();
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw NotText();
        }

        return string.Concat(content.EnumerateArray().Select(part =>
            part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out var type) && type.ValueEquals("text")
            && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String && JsonTexts.AreWhole(text)
                ? text.GetString() : throw NotText()));

        RequestException NotText() =>
            new(400, $"message {at + 1} is not text; expected a text, or a list of parts of type text.", "messages");
    }

    private sealed record Reply(string Id, long Created, ServedModel Model, AnswerFields Fields, bool WantsLogProbs)
    {
        public object? LogProbs(IReadOnlyList<WrittenToken> tokens) =>
            WantsLogProbs ? new { content = Model.Texts.ForChat(tokens), refusal = (object?)null } : null;

        public object Chunk(object[] choices, Usage? usage) =>
            new { Id, @object = "chat.completion.chunk", Created, model = Model.Name, choices, usage };
    }
}
