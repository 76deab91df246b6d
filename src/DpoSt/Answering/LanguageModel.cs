using System.Runtime.CompilerServices;
using System.Text.Json;
using DpoSt.Answering.Live;
using DpoSt.Generation;
using DpoSt.Models.Checkpoints;
using DpoSt.Tensors.Devices;
using DpoSt.Verification;
using TorchSharp;

namespace DpoSt.Answering;

/// <summary>A model that a program asks: questions, conversations, scores. Safe for many callers at once, whose answers are written
/// together; what one is answered does not depend on what others ask.</summary>
public sealed class LanguageModel : IAsyncDisposable, IDisposable
{
    private readonly LiveModel live;
    private readonly RowEncoder encoder;
    private readonly RowEncoder plain;

    private LanguageModel(LiveModel live)
    {
        this.live = live;
        encoder = live.Bundle.Encoder(TokenLimits.None);
        plain = live.Bundle.PlainEncoder;
    }

    /// <summary>Loads a model or an adapter in Hugging Face layout.</summary>
    /// <param name="folder">Its folder: config.json, safetensors and tokenizer files.</param>
    /// <param name="options">How it computes; null is on the CPU in fp32.</param>
    /// <exception cref="UserErrorException">The folder holds no such model, or there is no memory for so many and so long
    /// texts.</exception>
    public static Task<LanguageModel> LoadAsync(
        string folder, LanguageModelOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Task.Run(() => Load(folder, options ?? new()), cancel);
    }

    /// <summary>The name of its folder.</summary>
    public string Name => live.Bundle.Name;

    /// <summary>What it is, in a line: family, layers, heads, vocabulary.</summary>
    public string Description => ModelFolder.Describe(live.Bundle.Folder);

    /// <summary>Answers a question, put to it as in training: through its chat template, or the paper's prompt.</summary>
    /// <param name="question">In words.</param>
    /// <param name="settings">How; null takes the likeliest tokens, with the calculator.</param>
    /// <exception cref="UserErrorException">The question is empty, or longer than the model was loaded for.</exception>
    public Task<Answer> AnswerAsync(string question, AnswerSettings? settings = null, CancellationToken cancel = default) =>
        WholeAsync(Asked(encoder.Question(question), question, settings), cancel);

    /// <summary>Answers many questions together; answers come as they are ready, with the places of their questions.</summary>
    /// <inheritdoc cref="AnswerAsync"/>
    public async IAsyncEnumerable<(int Index, Answer Answer)> AnswerManyAsync(
        IReadOnlyList<string> questions, AnswerSettings? settings = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            foreach (var part in questions.Index().Chunk(live.Options.MaxWaiting))
            {
                var asked = live.Ask(part.Select(q => Asked(encoder.Question(q.Item), q.Item, settings)), stop.Token);
                await foreach (var done in Task.WhenEach(asked.Select((answer, i) => PlacedAsync(part[i].Index, answer)))
                    .WithCancellation(cancel).ConfigureAwait(false))
                {
                    yield return await done.ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);                 // whoever stops reading stops the writing
        }
    }

    /// <summary>Answers a question piece by piece; the last piece has the whole answer.</summary>
    /// <inheritdoc cref="AnswerAsync"/>
    public IAsyncEnumerable<AnswerPiece> StreamAsync(
        string question, AnswerSettings? settings = null, CancellationToken cancel = default) =>
        PiecesAsync(Asked(encoder.Question(question), question, settings), cancel);

    /// <summary>Goes on with a conversation in the model's chat template.</summary>
    /// <param name="turns">What was said, the user's turn last.</param>
    /// <param name="settings">How; null takes the likeliest tokens, with the calculator.</param>
    /// <exception cref="UserErrorException">The model has no chat template, or it refuses the turns.</exception>
    public Task<Answer> ChatAsync(
        IReadOnlyList<ChatTurn> turns, AnswerSettings? settings = null, CancellationToken cancel = default) =>
        WholeAsync(Asked(Conversation(turns), "", settings), cancel);

    /// <summary>The same piece by piece; the last piece has the whole answer.</summary>
    /// <inheritdoc cref="ChatAsync"/>
    public IAsyncEnumerable<AnswerPiece> StreamChatAsync(
        IReadOnlyList<ChatTurn> turns, AnswerSettings? settings = null, CancellationToken cancel = default) =>
        PiecesAsync(Asked(Conversation(turns), "", settings), cancel);

    /// <summary>The log-probability of a completion behind a prompt, both as they are, and of the end behind it.</summary>
    /// <exception cref="UserErrorException">The prompt is empty.</exception>
    public Task<RowScore> ScoreAsync(string prompt, string completion, CancellationToken cancel = default)
    {
        var (ids, scored) = plain.Row(prompt, completion);
        return live.ScoreAsync(ids, scored, cancel);
    }

    /// <summary>Answers what is asked already and lets go of the model.</summary>
    public void Dispose() => live.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync() => await Task.Run(live.Dispose).ConfigureAwait(false);

    private static LanguageModel Load(string folder, LanguageModelOptions options)
    {
        var device = ComputeDevice.Parse(options.Device);
        ComputeThreads.Use(options.Threads ?? Environment.ProcessorCount);
        var products = options.Bf16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
        var bundle = ModelBundle.LoadForIds(folder, device, products, options.Prompt);
        return new LanguageModel(new LiveModel(bundle, new LiveOptions(
            options.Slots, options.MaxPromptTokens, options.MaxNewTokens, Math.Max(options.Slots, new LiveOptions().MaxWaiting))));
    }

    private int[] Conversation(IReadOnlyList<ChatTurn> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        return turns is [.., { Role: not "assistant" }]
            ? encoder.Conversation(
                JsonSerializer.SerializeToElement(turns.Select(turn => new { role = turn.Role, content = turn.Content })))
            : throw new UserErrorException("the conversation is empty or ends with the assistant; expected the user's turn last.");
    }

    private GenerationRequest Asked(int[] prompt, string key, AnswerSettings? settings)
    {
        settings ??= new();
        var decoding = new GenerationOptions(
            settings.MaxNewTokens ?? live.Options.MaxNewTokens, live.Options.Slots,
            settings.UseCalculator ? live.Bundle.Format.Calculator : null, settings.Temperature, settings.TopK, settings.TopP,
                settings.Seed);
        return new GenerationRequest(key, settings.Sample, prompt) { Own = decoding, Stops = settings.Stops };
    }

    private async Task<Answer> WholeAsync(GenerationRequest request, CancellationToken cancel) =>
        Whole(await live.Ask([request], cancel)[0].Result.ConfigureAwait(false), request);

    private static async Task<(int Index, Answer Answer)> PlacedAsync(int index, LiveAnswer answer) =>
        (index, Whole(await answer.Result.ConfigureAwait(false), answer.Request));

    private async IAsyncEnumerable<AnswerPiece> PiecesAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var answer = live.Ask([request], stop.Token)[0];
            await foreach (var piece in answer.Pieces.ConfigureAwait(false))
            {
                if (piece.Text.Length > 0)
                {
                    yield return new AnswerPiece(piece.Text, piece.Forced, null);
                }
            }

            yield return new AnswerPiece("", false, Whole(await answer.Result.ConfigureAwait(false), request));
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private static Answer Whole(Generated whole, GenerationRequest request) => new(
        whole.Text, FinalAnswer.Extract(whole.Text), request.Prompt.Length, whole.Ids.Length, whole.Forced, whole.Finished, whole.LogProb);
}
