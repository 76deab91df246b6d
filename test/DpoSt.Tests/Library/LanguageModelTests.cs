using DpoSt.Answering;
using DpoSt.Tests.App.Serve;
using static TorchSharp.torch;

namespace DpoSt.Tests.Library;

/// <summary>A model as programs use it.</summary>
public sealed class LanguageModelTests
{
    private static readonly AnswerSettings Drawn = new() { Temperature = 1.3, Seed = 4, MaxNewTokens = 20, UseCalculator = false };

    [Fact]
    public async Task Answers_are_the_same_whole_in_pieces_and_among_others()
    {
        using var folder = new TemporaryFolder();
        await using var model = await Load(folder);
        string[] questions = ["the thing in then?", "nine hens", "the end"];
        var cancel = TestContext.Current.CancellationToken;
        var alone = new List<string>();
        foreach (var question in questions)
        {
            alone.Add((await model.AnswerAsync(question, Drawn, cancel)).Text);
        }

        Assert.Equal(3, alone.Distinct().Count());
        var together = new string[questions.Length];
        await foreach (var (index, answer) in model.AnswerManyAsync(questions, Drawn, cancel))
        {
            together[index] = answer.Text;
        }

        Assert.Equal(alone, together);
        var streamed = "";
        await foreach (var piece in model.StreamAsync(questions[0], Drawn, cancel))
        {
            streamed += piece.Text;
            Assert.Equal(piece.Whole is null, piece.Text.Length > 0);
            Assert.True(piece.Whole is null || piece.Whole.Text == streamed);
        }

        Assert.Equal(alone[0], streamed);
        Assert.NotEqual(alone[0], (await model.AnswerAsync(questions[0], Drawn with { Sample = 1 }, cancel)).Text);
    }

    [Fact]
    public async Task A_score_is_that_of_the_command()
    {
        using var folder = new TemporaryFolder();
        await using var model = await Load(folder);
        var score = await model.ScoreAsync("the thing", " in then", TestContext.Current.CancellationToken);
        var rows = folder.File("rows.jsonl", "{\"prompt\": \"the thing\", \"completion\": \" in then\"}\n");
        var reporter = Silent.Context(cancel: TestContext.Current.CancellationToken).Reporter;
        var expected = Scorer.Run(
            folder.File(RunningServer.ChatModel), rows, CPU, new(), reporter, TestContext.Current.CancellationToken).Single();
        Assert.Equal(expected.Tokens, score.Tokens);
        Assert.Equal(expected.LogProb, score.LogProb, 1e-9);
    }

    [Fact]
    public async Task What_is_wrong_is_said()
    {
        using var folder = new TemporaryFolder();
        await Assert.ThrowsAsync<UserErrorException>(
            () => LanguageModel.LoadAsync(folder.File("nowhere"), cancel: TestContext.Current.CancellationToken));
        await using var model = await Load(folder);
        await Assert.ThrowsAsync<UserErrorException>(
            () => model.AnswerAsync(new string('t', 1000), cancel: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<UserErrorException>(
            () => model.ChatAsync([new ChatTurn("assistant", "a")], cancel: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<UserErrorException>(
            () => model.AnswerAsync("a", new() { MaxNewTokens = 4000 }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Whoever_cancels_or_leaves_a_stream_frees_the_place()
    {
        using var folder = new TemporaryFolder();
        await using var model = await Load(folder, new LanguageModelOptions { Slots = 1, MaxNewTokens = 4096, MaxPromptTokens = 256 });
        var endless = new AnswerSettings { UseCalculator = false };
        await foreach (var piece in model.StreamAsync("the thing", endless, TestContext.Current.CancellationToken))
        {
            break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var asked = model.AnswerAsync("the thing", endless, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.NotNull(await model.AnswerAsync("the", new() { MaxNewTokens = 2 }, TestContext.Current.CancellationToken));
    }

    private static Task<LanguageModel> Load(TemporaryFolder folder, LanguageModelOptions? options = null)
    {
        RunningServer.LayChatModel(folder.File(RunningServer.ChatModel));
        return LanguageModel.LoadAsync(
            folder.File(RunningServer.ChatModel),
                options ?? new LanguageModelOptions { Slots = 4, MaxPromptTokens = 256, MaxNewTokens = 64, Threads = 1 });
    }
}
