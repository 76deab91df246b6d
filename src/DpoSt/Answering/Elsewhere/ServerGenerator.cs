using System.Text.Json;
using DpoSt.Generation;
using DpoSt.Text;

namespace DpoSt.Answering.Elsewhere;

/// <summary>Has a server generate what <see cref="Generator"/> would. One that is dpost's own gets token ids and the keys of the draws, and
/// gives the same answers; another gets texts, and its answers have no log-probability.</summary>
internal sealed class ServerGenerator(SamplingServer server, ModelBundle bundle, GenerationOptions options, Action<string> notice)
{
    private const int Seeds = 1;                            // one bit less, for JSON's numbers are signed in many programs
    private readonly string model = server.Model ?? bundle.Name;

    /// <summary>Generates every request but those that are done; results come as they finish, one at a time.</summary>
    /// <exception cref="UserErrorException">The server lacks the model, refuses, or cannot be asked; what is finished has been handed
    /// out.</exception>
    public void Run(
        IReadOnlyList<GenerationRequest> requests, Action<Generated> finished, IReadOnlySet<int> done, CancellationToken cancel) =>
        RunAsync([.. requests.Index().Where(r => !done.Contains(r.Index))], finished, cancel).GetAwaiter().GetResult();

    private async Task RunAsync((int Index, GenerationRequest Request)[] waiting, Action<Generated> finished, CancellationToken cancel)
    {
        if (waiting.Length == 0)
        {
            return;
        }

        if (!server.IsDpost && options.Calculator is not null && !bundle.Model.IsCausal)
        {
            throw new UserErrorException(
                $"{server.Address} takes texts, and a model with an encoder cannot go on behind what the calculator writes there: set "
                + "eval.use_calc=false, or serve the model with dpost serve.");
        }

        using var client = new ServerClient(server, notice);
        var models = await client.ModelsAsync(cancel).ConfigureAwait(false);
        server.CheckHas(
            model, models, $"start it with {Shown.Path(bundle.Folder)}, or name the model's name there as generation.model");

        var door = new Lock();
        var most = new ParallelOptions { MaxDegreeOfParallelism = server.Concurrency, CancellationToken = cancel };
        await System.Threading.Tasks.Parallel.ForEachAsync(waiting, most, async (item, token) =>
        {
            var answer = server.IsDpost ? await OwnAsync(client, item.Index, item.Request, token).ConfigureAwait(false)
                : await TextAsync(client, item.Index, item.Request, token).ConfigureAwait(false);
            lock (door)
            {
                finished(answer);
            }
        }).ConfigureAwait(false);
    }

    private Task<Generated> OwnAsync(ServerClient client, int index, GenerationRequest request, CancellationToken cancel) =>
        client.CompleteAsync(
            new
            {
                model,
                prompt = request.Prompt,
                max_tokens = options.MaxNewTokens,
                temperature = options.Temperature,
                top_k = options.TopK,
                top_p = options.TopP,
                seed = options.Seed,
                dpost = new { problem = request.Key, sample = request.Sample, calculator = NameOf(options.Calculator) },
            },
            body =>
            {
                var choice = body.GetProperty("choices")[0];
                if (!choice.TryGetProperty("dpost", out var own))
                {
                    throw new UserErrorException(
                        $"{server.Address} is not dpost serve, for it tells no token ids: set generation.kind=openai.");
                }

                var ids = own.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
                var (text, forced, logProb) = (
                    choice.GetProperty("text").GetString(), own.GetProperty("forced").GetInt32(), own.GetProperty("log_prob").GetDouble());
                var finished = choice.GetProperty("finish_reason").GetString() == "stop";
                // A server with other files under the same name would give other words for the same numbers.
                return ids.Length is > 0 && ids.Length <= options.MaxNewTokens
                    && Array.TrueForAll(ids, id => id >= 0 && id < bundle.Tokenizer.VocabularySize)
                    && forced >= 0 && forced <= ids.Length && logProb <= 0 && finished == bundle.Ends.Contains(ids[^1])
                    && bundle.Tokenizer.Decode(ids) == text
                        ? new Generated(index, ids, text, forced, finished, logProb)
                        : throw new FormatException("its token ids, its text and their number do not belong together");
            },
            cancel);

    // The calculator needs to see every "=": the server stops there, and goes on behind what the calculator writes.
    private async Task<Generated> TextAsync(ServerClient client, int index, GenerationRequest request, CancellationToken cancel)
    {
        var (prompt, follower) = (PromptText(request.Prompt), options.Calculator?.Follow());
        var (text, used, forced) = ("", 0, 0);
        while (true)
        {
            var piece = await PieceAsync(client, prompt + text, request, text.Length == 0, used, cancel).ConfigureAwait(false);
            (text, used) = (text + piece.Text, used + Math.Max(1, piece.Tokens));
            if (follower is null || !piece.StoppedAtEquals)
            {
                return Whole(piece.Finished);
            }

            text += "=";
            if (follower.Append(piece.Text + "=") is { } result)
            {
                var written = options.Calculator!.ResultText(result) + options.Calculator.Closer;
                follower.Append(written);
                text += written;
                var tokens = bundle.Tokenizer.EncodeContinuation(written).Count;
                (used, forced) = (used + tokens, forced + tokens);
            }

            if (used >= options.MaxNewTokens)
            {
                return Whole(isFinished: false);
            }
        }

        Generated Whole(bool isFinished) => new(
            index, [.. bundle.Tokenizer.EncodeContinuation(text), .. isFinished ? [bundle.Tokenizer.EosId] : Array.Empty<int>()], text,
            forced,
            isFinished, double.NaN);
    }

    private Task<Piece> PieceAsync(
        ServerClient client, string prompt, GenerationRequest request, bool isFirst, int used, CancellationToken cancel) =>
        client.CompleteAsync(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["model"] = model,
                ["prompt"] = prompt,
                ["max_tokens"] = options.MaxNewTokens - used,
                ["temperature"] = options.Temperature,
                ["top_p"] = options.TopP,
                ["seed"] = (long)(CounterRandom.Bits(
                    options.Seed, CounterRandom.KeyOf(request.Key), (ulong)request.Sample, (ulong)used) >> Seeds),
                ["stop"] = options.Calculator is null ? null : (string[])["="],
                ["top_k"] = options.TopK > 0 && options.Temperature > 0 ? options.TopK : null,
            }.Where(field => field.Value is not null).ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal),
            body =>
            {
                var (choice, usage) = (body.GetProperty("choices")[0], body.GetProperty("usage"));
                var isStopped = choice.GetProperty("finish_reason").GetString() == "stop";
                if (isFirst && usage.GetProperty("prompt_tokens").GetInt32() is var there && there != request.Prompt.Length)
                {
                    throw new UserErrorException(
                        $"{server.Address} reads a prompt as {there} tokens that are {request.Prompt.Length} here, "
                        + $"so {model} there has another "
                        + "tokenizer, or its server adds a token: serve the folder itself.");
                }

                var stop = (JsonElement?)null;
                if (options.Calculator is not null && isStopped)
                {
                    stop = choice.TryGetProperty("stop_reason", out var reason) ? reason
                        : throw new UserErrorException(
                            $"{server.Address} does not tell at which text an answer stopped (stop_reason), which the calculator needs: "
                            + "set "
                            + "eval.use_calc=false, or serve the model with vLLM or dpost serve.");
                }

                var text = choice.GetProperty("text").GetString()!;
                return JsonTexts.AreWhole(choice.GetProperty("text"))
                    ? new Piece(
                        text, usage.GetProperty("completion_tokens").GetInt32(), isStopped, stop is { ValueKind: JsonValueKind.String })
                    : throw new FormatException("its text is half a character");
            },
            cancel);

    // As the template prints it, without the tokens that a server puts before and behind a text itself.
    private string PromptText(int[] prompt)
    {
        var (tokenizer, added) = (bundle.Tokenizer, bundle.Tokenizer.Encode("a"));
        var first = added[0] == tokenizer.BosId && prompt[0] == tokenizer.BosId ? 1 : 0;
        var last = added[^1] == tokenizer.EosId && prompt[^1] == tokenizer.EosId ? prompt.Length - 1 : prompt.Length;
        return tokenizer.Decode(prompt[first..last], skipSpecialTokens: false);
    }

    private static string NameOf(CalculatorFormat? format) =>
        format is null ? "none" : format == CalculatorFormat.T5 ? "t5" : "llama";

    private sealed record Piece(string Text, int Tokens, bool Finished, bool StoppedAtEquals);
}
