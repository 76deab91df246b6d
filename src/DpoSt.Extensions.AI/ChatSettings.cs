using DpoSt.Answering;
using Microsoft.Extensions.AI;

namespace DpoSt.Extensions.AI;

/// <summary>Options of a chat as settings of an answer.</summary>
internal static class ChatSettings
{
    /// <summary>The name among <see cref="ChatOptions.AdditionalProperties"/> that turns the calculator on or off.</summary>
    public const string Calculator = "calculator";

    /// <summary>The settings; what is not asked for is as in <see cref="AnswerSettings"/>, but without the calculator.</summary>
    /// <exception cref="NotSupportedException">An option would change the answer and is not known here.</exception>
    public static AnswerSettings Of(ChatOptions? options)
    {
        if (options is null)
        {
            return new AnswerSettings { UseCalculator = false };
        }

        Refuse(options.Tools is { Count: > 0 }, nameof(options.Tools));
        Refuse(options.FrequencyPenalty is not (null or 0), nameof(options.FrequencyPenalty));
        Refuse(options.PresencePenalty is not (null or 0), nameof(options.PresencePenalty));
        Refuse(options.ResponseFormat is not (null or ChatResponseFormatText), nameof(options.ResponseFormat));
        Refuse(options.ConversationId is not null, nameof(options.ConversationId));
        var others = options.AdditionalProperties?.Where(property => property.Key != Calculator).Select(property => property.Key).ToList();
        Refuse(others is { Count: > 0 }, $"{nameof(options.AdditionalProperties)} ({string.Join(", ", others ?? [])})");
        var usual = new AnswerSettings();
        return new AnswerSettings
        {
            Temperature = options.Temperature ?? usual.Temperature,
            TopK = options.TopK ?? usual.TopK,
            TopP = options.TopP ?? usual.TopP,
            Seed = unchecked((ulong)(options.Seed ?? 0)),
            MaxNewTokens = options.MaxOutputTokens,
            Stops = [.. options.StopSequences ?? []],
            UseCalculator = options.AdditionalProperties?.TryGetValue(Calculator, out var wanted) == true && wanted is true,
        };
    }

    private static void Refuse(bool isAsked, string option)
    {
        if (isAsked)
        {
            throw new NotSupportedException($"ChatOptions.{option} is given, which this model does not know; leave it out.");
        }
    }
}
