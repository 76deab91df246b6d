using System.Runtime.CompilerServices;
using DpoSt.Answering;
using Microsoft.Extensions.AI;

namespace DpoSt.Extensions.AI;

/// <summary>
/// A <see cref="LanguageModel"/> as an <see cref="IChatClient"/>: what it is told goes through the model's chat template. It calls no
/// tools: options that ask for that, or for anything else that would change the answer and is not known here, are refused by name.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="isOwned">Whether the model is let go of with the client.</param>
public sealed class LanguageModelChatClient(LanguageModel model, bool isOwned = false) : IChatClient
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The messages are not text alone, or the options ask for what is not done here.</exception>
    /// <exception cref="UserErrorException">The model has no chat template, or it refuses the messages.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var answer = await model.ChatAsync(Turns(messages, options), ChatSettings.Of(options), cancellationToken).ConfigureAwait(false);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer.Text))
        {
            ResponseId = Guid.NewGuid().ToString("N"),
            ModelId = model.Name,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = ReasonOf(answer),
            Usage = UsageOf(answer),
        };
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The messages are not text alone, or the options ask for what is not done here.</exception>
    /// <exception cref="UserErrorException">The model has no chat template, or it refuses the messages.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = Guid.NewGuid().ToString("N");
        await foreach (var piece in model.StreamChatAsync(Turns(messages, options), ChatSettings.Of(options), cancellationToken)
            .ConfigureAwait(false))
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece.Text)
            {
                ResponseId = id,
                MessageId = id,
                ModelId = model.Name,
                CreatedAt = DateTimeOffset.UtcNow,
                Contents = piece.Whole is { } whole ? [new UsageContent(UsageOf(whole))] : [new TextContent(piece.Text)],
                FinishReason = piece.Whole is { } last ? ReasonOf(last) : null,
            };
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("dpost", defaultModelId: model.Name)
            : serviceType.IsInstanceOfType(model) ? model
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isOwned)
        {
            model.Dispose();
        }
    }

    private static ChatFinishReason ReasonOf(Answer answer) => answer.Finished ? ChatFinishReason.Stop : ChatFinishReason.Length;

    private static UsageDetails UsageOf(Answer answer) => new()
    {
        InputTokenCount = answer.PromptTokens,
        OutputTokenCount = answer.Tokens,
        TotalTokenCount = answer.PromptTokens + answer.Tokens,
    };

    private static List<ChatTurn> Turns(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var turns = messages.Select(message => new ChatTurn(
            message.Role.Value, message.Contents.All(content => content is TextContent or TextReasoningContent)
                ? string.Concat(message.Contents.OfType<TextContent>().Select(text => text.Text))
                : throw new NotSupportedException(
                    $"a message has {message.Contents.First(c => c is not TextContent).GetType().Name}; "
                    + "this model reads text alone."))).ToList();
        return options?.Instructions is { } told ? [new ChatTurn("system", told), .. turns] : turns;
    }
}
