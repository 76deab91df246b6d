using DpoSt.Answering;
using DpoSt.Extensions.AI;
using DpoSt.Tests.App.Serve;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace DpoSt.Tests.Library;

/// <summary>A model as an IChatClient, through that library's own pipeline.</summary>
public sealed class ChatClientTests
{
    private static readonly ChatMessage[] History =
    [
        new(ChatRole.System, "Be brief."), new(ChatRole.User, "the thing?"), new(ChatRole.Assistant, "then"),
        new(ChatRole.User, "nine hens?"),
    ];

    [Fact]
    public async Task A_chat_goes_through_the_library_s_pipeline()
    {
        using var folder = new TemporaryFolder();
        await using var model = await Load(folder);
        var cancel = TestContext.Current.CancellationToken;
        using var client = new ChatClientBuilder(new LanguageModelChatClient(model))
            .UseDistributedCache(new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions())))
            .Build();
        var options = new ChatOptions { Temperature = 1.2f, Seed = 9, MaxOutputTokens = 16 };
        var whole = await client.GetResponseAsync(History, options, cancel);
        var expected = await model.ChatAsync(
            [.. History.Select(m => new ChatTurn(m.Role.Value, m.Text))],
            new AnswerSettings { Temperature = 1.2f, Seed = 9, MaxNewTokens = 16, UseCalculator = false }, cancel);
        Assert.Equal(expected.Text, whole.Text);
        Assert.Equal((expected.PromptTokens, expected.Tokens), (whole.Usage!.InputTokenCount, whole.Usage.OutputTokenCount));
        Assert.Equal(expected.Finished ? ChatFinishReason.Stop : ChatFinishReason.Length, whole.FinishReason);
        Assert.Equal(whole.ResponseId, (await client.GetResponseAsync(History, options, cancel)).ResponseId);      // from the cache

        var updates = await client.GetStreamingResponseAsync(History, options, cancel).ToListAsync(cancel);
        Assert.Equal(expected.Text, updates.ToChatResponse().Text);
        Assert.Equal(expected.Tokens, updates.ToChatResponse().Usage!.OutputTokenCount);
        Assert.Equal(RunningServer.ChatModel, client.GetService<ChatClientMetadata>()!.DefaultModelId);

        options.StopSequences = [expected.Text.Substring(2, 2)];
        var stopped = await client.GetResponseAsync(History, options, cancel);
        Assert.Equal(expected.Text[..expected.Text.IndexOf(options.StopSequences[0], StringComparison.Ordinal)], stopped.Text);
    }

    [Fact]
    public async Task What_it_does_not_know_is_refused_and_what_is_cancelled_ends()
    {
        using var folder = new TemporaryFolder();
        await using var model = await Load(folder);
        using var client = new LanguageModelChatClient(model);
        var cancel = TestContext.Current.CancellationToken;
        await Refused(new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] });
        await Refused(new ChatOptions { ResponseFormat = ChatResponseFormat.Json });
        await Refused(new ChatOptions { FrequencyPenalty = 1 });
        await Refused(new ChatOptions { AdditionalProperties = new() { ["surprise"] = 1 } });
        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(
            [new ChatMessage(ChatRole.User, [new DataContent("data:image/png;base64,AAAA")])], cancellationToken: cancel));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync(History, new ChatOptions { Temperature = 2 }, stop.Token))
            {
                await stop.CancelAsync();
            }
        });

        Task Refused(ChatOptions options) =>
            Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(History, options, cancel));
    }

    private static Task<LanguageModel> Load(TemporaryFolder folder)
    {
        RunningServer.LayChatModel(folder.File(RunningServer.ChatModel));
        return LanguageModel.LoadAsync(
            folder.File(
                RunningServer.ChatModel), new LanguageModelOptions { Slots = 4, MaxPromptTokens = 256, MaxNewTokens = 512, Threads = 1 });
    }
}
