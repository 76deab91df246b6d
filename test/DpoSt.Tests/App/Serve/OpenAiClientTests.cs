using System.ClientModel;
using DpoSt.Answering;
using OpenAI;
using OpenAI.Chat;
using static TorchSharp.torch;

namespace DpoSt.Tests.App.Serve;

/// <summary>OpenAI's own client talks to the server.</summary>
[Collection(nameof(RunningServer))]
public sealed class OpenAiClientTests
{
    private static readonly ChatMessage[] Asked = [new SystemChatMessage("Be brief."), new UserChatMessage("the thing in then?")];

    [Fact]
    public async Task An_answer_is_the_model_s_own_and_its_log_probabilities_are_those_that_score_gives()
    {
        using var server = new RunningServer();
        var options = new ChatCompletionOptions
        {
            Temperature = 0,
            MaxOutputTokenCount = 20,
            IncludeLogProbabilities = true,
            TopLogProbabilityCount = 3,
        };
        var answer = (await Chat(server).CompleteChatAsync(Asked, options, TestContext.Current.CancellationToken)).Value;

        await server.Idle();
        const string Prompt = "system: Be brief.\nuser: the thing in then?\nassistant: ";
        var tokenizer = server.Live.Bundle.Tokenizer;
        var ids = tokenizer.Encode(Prompt, addSpecialTokens: false);
        Assert.Equal(ids.Count, answer.Usage.InputTokenCount);
        Assert.Equal(answer.ContentTokenLogProbabilities.Count, answer.Usage.OutputTokenCount);
        Assert.All(answer.ContentTokenLogProbabilities, token =>
        {
            Assert.Equal(3, token.TopLogProbabilities.Count);
            Assert.Equal(token.LogProbability, token.TopLogProbabilities.Max(top => top.LogProbability), 1e-5f);
        });

        // The same ids, scored from a file.
        var asked = new { prompt = ids, temperature = 0, max_tokens = 20, dpost = new { problem = "any" } };
        var (status, raw) = await server.Post("v1/completions", asked);
        Assert.Equal(200, (int)status);
        var own = raw.GetProperty("choices")[0];
        Assert.Equal(answer.Content[0].Text, own.GetProperty("text").GetString());
        using var folder = new TemporaryFolder();
        var line = $$"""{"input_ids": {{Json(ids)}}, "labels": {{Json(ids.Select(_ => -100))}}}""";
        var written = own.GetProperty("dpost").GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        line = $$"""{"input_ids": {{Json(ids.Concat(written))}}, "labels": {{Json(ids.Select(_ => -100).Concat(written))}}}""";
        var score = Scorer.Run(
            server.Folder, folder.File("rows.jsonl", line + "\n"), CPU, new(),
            Silent.Context(cancel: TestContext.Current.CancellationToken).Reporter,
            TestContext.Current.CancellationToken).Single();
        Assert.Equal(written.Length, score.Tokens);
        Assert.Equal(score.LogProb, answer.ContentTokenLogProbabilities.Sum(token => (double)token.LogProbability), 1e-3);
        Assert.Equal(score.LogProb, own.GetProperty("dpost").GetProperty("log_prob").GetDouble(), 1e-4);

        static string Json(IEnumerable<int> numbers) => $"[{string.Join(", ", numbers)}]";
    }

    [Fact]
    public async Task A_stream_says_the_same_as_a_whole_answer_and_a_seed_says_it_again_whatever_others_ask()
    {
        using var server = new RunningServer();
        var options = new ChatCompletionOptions { Temperature = 1.2f, MaxOutputTokenCount = 24 };
#pragma warning disable OPENAI001 // the client's seed is not final
        options.Seed = 7;
#pragma warning restore OPENAI001
        var alone = (await Chat(server).CompleteChatAsync(Asked, options, TestContext.Current.CancellationToken)).Value.Content[0].Text;

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var others = Enumerable.Range(0, 6).Select(i => server.Post(
            "v1/completions", new { prompt = new string('t', 3 + i), max_tokens = 60, temperature = 1.5 })).ToArray();
        var streamed = "";
        var reasons = new List<ChatFinishReason>();
        await foreach (var update in Chat(server).CompleteChatStreamingAsync(Asked, options, stop.Token))
        {
            streamed += string.Concat(update.ContentUpdate.Select(part => part.Text));
            reasons.AddRange(update.FinishReason is { } reason ? [reason] : []);
        }

        Assert.Equal(alone, streamed);
        Assert.Single(reasons);
        Assert.All(await Task.WhenAll(others), other => Assert.Equal(200, (int)other.Status));
    }

    [Fact]
    public async Task An_answer_ends_before_a_stop_text()
    {
        using var server = new RunningServer();
        var options = new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 40 };
        var whole = (await Chat(server).CompleteChatAsync(Asked, options, TestContext.Current.CancellationToken)).Value.Content[0].Text;
        var stop = whole.Substring(6, 3);
        options.StopSequences.Add(stop);
        var cut = (await Chat(server).CompleteChatAsync(Asked, options, TestContext.Current.CancellationToken)).Value;
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], cut.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, cut.FinishReason);
    }

    [Fact]
    public async Task Whoever_leaves_a_stream_frees_the_slot()
    {
        using var server = new RunningServer(new(1, 256, 4096, 8));
        var options = new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 4096 };
        using (var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var update in Chat(server).CompleteChatStreamingAsync(Asked, options, leave.Token))
                {
                    if (update.ContentUpdate.Count > 0 && update.ContentUpdate[0].Text.Length > 0)
                    {
                        await leave.CancelAsync();
                    }
                }
            });
        }

        await server.Idle();
        Assert.True(server.Live.WrittenTokens < 4096);
    }

    [Fact]
    public async Task A_wrong_key_is_refused()
    {
        using var server = new RunningServer(key: "secret");
        var refused = await Assert.ThrowsAsync<ClientResultException>(
            () => Chat(server, "wrong").CompleteChatAsync(Asked, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(401, refused.Status);
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 2 };
        var answer = await Chat(server, "secret").CompleteChatAsync(Asked, options, TestContext.Current.CancellationToken);
        Assert.NotNull(answer.Value.Content);
    }

    private static ChatClient Chat(RunningServer server, string key = "none") => new(
        RunningServer.ChatModel, new ApiKeyCredential(key), new OpenAIClientOptions
        {
            Endpoint = new Uri(server.Address, "v1"),
            RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0),
        });
}
