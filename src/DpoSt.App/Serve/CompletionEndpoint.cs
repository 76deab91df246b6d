using System.Text.Json;
using DpoSt.Answering.Live;
using DpoSt.Generation;
using Microsoft.AspNetCore.Http;

namespace DpoSt.App.Serve;

/// <summary><c>/v1/completions</c>: texts or token ids that the model goes on with; with <c>echo</c> and <c>logprobs</c> as programs that
/// score given answers use it.</summary>
internal static class CompletionEndpoint
{
    private const int UsualTokens = 16;
    private const int MostLikeliest = 20;

    public static async Task AnswerAsync(HttpContext http, RequestBody body, ServedModel model)
    {
        var most = body.Integer("max_tokens", 0, int.MaxValue) ?? UsualTokens;
        var (likeliest, echo) = (body.Integer("logprobs", 0, MostLikeliest), body.Flag("echo") ?? false);
        var fields = AnswerFields.Read(body, model.Live.Options, model.Calculator, most);
        body.RefuseUnless("best_of", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var best)
            && best == fields.Count, "the best of several is not chosen");
        body.RefuseUnless(
            "suffix", value => value is { ValueKind: JsonValueKind.String } && value.GetString() is "", "texts are not filled in");
        var tellsIds = body.Value("dpost") is not null;
        var prompts = Prompts(body, model);
        body.RefuseRest();
        Check(model, fields, echo, likeliest, most);
        var scored = likeliest is { } told && echo
            ? await Task.WhenAll(prompts.Select(p => model.Live.Score(p.Ids, told, http.RequestAborted))).ConfigureAwait(false) : null;
        var answers = most == 0 ? []
            : model.Live.Ask(prompts.SelectMany(p => fields.Requests(p.Ids, likeliest ?? 0)), http.RequestAborted);
        var before = Enumerable.Range(0, prompts.Count * fields.Count).Select(i => i / fields.Count)
            .Select(p => new Before(prompts[p].Ids, echo ? prompts[p].Text : "", scored?[p])).ToArray();
        var reply = new Reply(
            $"cmpl-{Guid.NewGuid():N}", DateTimeOffset.UtcNow.ToUnixTimeSeconds(), model, fields, likeliest is not null, tellsIds);
        var promptTokens = prompts.Sum(p => p.Ids.Length);
        await (fields.Streams ? StreamAsync(http, reply, answers, before, promptTokens)
            : WholeAsync(http, reply, answers, before, promptTokens)).ConfigureAwait(false);
    }

    /// <summary>Why an answer ended.</summary>
    public static string Reason(Generated whole) => whole.Finished ? "stop" : "length";

    /// <summary>What is said where both a calculator and log-probabilities are asked for.</summary>
    public static RequestException NoLogProbs() => new(
        400, "logprobs are asked for with a calculator, and what a calculator writes has none: ask for one of both.", "logprobs");

    private static async Task WholeAsync(
        HttpContext http, Reply reply, IReadOnlyList<LiveAnswer> answers, Before[] before, int promptTokens)
    {
        var tokens = before.Select(_ => new List<WrittenToken>()).ToArray();
        var wholes = new Generated?[before.Length];
        await foreach (var (index, piece, whole) in AnswerStream.Merge(answers, http.RequestAborted).ConfigureAwait(false))
        {
            if (piece?.Token is { } token && reply.WantsLogProbs)
            {
                tokens[index].Add(token);
            }

            wholes[index] ??= whole;
        }

        await WireText.SendAsync(http, new
        {
            reply.Id,
            @object = "text_completion",
            reply.Created,
            model = reply.Model.Name,
            choices = before.Select((b, i) => reply.Choice(i, b, tokens[i], wholes[i])),
            usage = new Usage(promptTokens, wholes.Sum(whole => whole?.Ids.Length ?? 0)),
        }).ConfigureAwait(false);
    }

    private static async Task StreamAsync(
        HttpContext http, Reply reply, IReadOnlyList<LiveAnswer> answers, Before[] before, int promptTokens)
    {
        WireText.Begin(http);
        var (written, offsets) = (0, before.Select(b => b.Text.Length).ToArray());
        foreach (var (index, b) in before.Index().Where(b => b.Item.Text.Length > 0 || answers.Count == 0))
        {
            await Event(Reply.Piece(index, b.Text, reply.LogProbs([], 0, b), answers.Count == 0 ? "length" : null)).ConfigureAwait(false);
        }

        await foreach (var (index, piece, whole) in AnswerStream.Merge(answers, http.RequestAborted).ConfigureAwait(false))
        {
            written += whole?.Ids.Length ?? 0;
            if (whole is not null)
            {
                await Event(Reply.Piece(index, "", null, Reason(whole), whole.Stop)).ConfigureAwait(false);
            }
            else if (piece is { Text.Length: > 0 } || (reply.WantsLogProbs && piece?.Token is not null))
            {
                var told = piece!.Token is { } token ? reply.LogProbs([token], offsets[index], null) : null;
                offsets[index] += piece.Token?.Text.Length ?? 0;
                await Event(Reply.Piece(index, piece.Text, told, null)).ConfigureAwait(false);
            }
        }

        if (reply.Fields.TellsUsage)
        {
            await WireText.EventAsync(http, reply.Chunk([], new Usage(promptTokens, written))).ConfigureAwait(false);
        }

        await WireText.EndAsync(http).ConfigureAwait(false);

        Task Event(object choice) => WireText.EventAsync(http, reply.Chunk([choice], null));
    }

    private static void Check(ServedModel model, AnswerFields fields, bool echo, int? likeliest, int most)
    {
        if (likeliest is not null && fields.Decoding.Calculator is not null)
        {
            throw NoLogProbs();
        }

        if (echo && likeliest is not null && !model.Live.Bundle.Model.IsCausal)
        {
            throw new RequestException(
                400, "echo with logprobs scores the prompt, and this model reads prompts with an encoder that does not predict them.",
                    "echo");
        }

        if (most == 0 && !echo)
        {
            throw new RequestException(400, "max_tokens is 0, which asks for something only together with echo.", "max_tokens");
        }
    }

    // A text, a list of texts, a list of ids, or a list of those.
    private static List<(int[] Ids, string Text)> Prompts(RequestBody body, ServedModel model)
    {
        if (body.Value("prompt") is not { } prompt)
        {
            throw new RequestException(400, "prompt is missing; expected a text, a list of token ids, or a list of these.", "prompt");
        }

        JsonElement[] prompts = prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() > 0
            && prompt[0].ValueKind != JsonValueKind.Number ? [.. prompt.EnumerateArray()] : [prompt];
        return [.. prompts.Select(one =>
        {
            if (one.ValueKind == JsonValueKind.String && JsonTexts.AreWhole(one))
            {
                return (model.Plain.Prompt(one.GetString()!), one.GetString()!);
            }

            if (one.ValueKind != JsonValueKind.Array || one.EnumerateArray().Any(id => !IsId(id)))
            {
                throw body.Wrong(
                    "prompt", prompt,
                    $"a text, a list of token ids from 0 to {model.Live.Bundle.Model.VocabularySize - 1}, or a list of these");
            }

            int[] ids = [.. one.EnumerateArray().Select(id => id.GetInt32())];
            return (ids, model.Live.Bundle.Tokenizer.Decode(ids, skipSpecialTokens: false));
        })];

        bool IsId(JsonElement id) => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number)
            && number >= 0 && number < model.Live.Bundle.Model.VocabularySize;
    }

    // What goes before an answer: the prompt's ids, its text where it is echoed, and its log-probabilities where they are told.
    private sealed record Before(int[] Ids, string Text, IReadOnlyList<WrittenToken>? Scored);

    private sealed record Reply(string Id, long Created, ServedModel Model, AnswerFields Fields, bool WantsLogProbs, bool TellsIds)
    {
        public object Choice(int index, Before before, IReadOnlyList<WrittenToken> tokens, Generated? whole)
        {
            var text = before.Text + whole?.Text;
            var logprobs = LogProbs(tokens, before.Scored is null ? before.Text.Length : 0, before);
            var reason = whole is null ? "length" : Reason(whole);
            if (!TellsIds || whole is null)
            {
                return Piece(index, text, logprobs, reason, whole?.Stop);
            }

            var own = new { whole.Ids, whole.Forced, whole.LogProb };
            return new { index, text, logprobs, finish_reason = reason, stop_reason = whole.Stop, dpost = own };
        }

        public object? LogProbs(IReadOnlyList<WrittenToken> tokens, int offset, Before? before) => !WantsLogProbs ? null
            : before?.Scored is { } scored ? Model.Texts.ForCompletion([.. scored, .. tokens], 0, before.Ids[0])
            : Model.Texts.ForCompletion(tokens, offset);

        public static object Piece(int index, string text, object? logprobs, string? reason, string? stop = null) => new
        {
            index,
            text,
            logprobs,
            finish_reason = reason,
            stop_reason = stop,                     // vLLM's field: which stop text ended the answer
        };

        public object Chunk(object[] choices, Usage? usage) =>
            new { Id, @object = "text_completion", Created, model = Model.Name, choices, usage };
    }
}
