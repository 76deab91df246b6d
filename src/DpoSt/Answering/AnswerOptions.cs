using System.Text.Json.Serialization;
using DpoSt.Answering.Elsewhere;
using DpoSt.Configuration.Sections;
using DpoSt.Generation;
using DpoSt.Models;

namespace DpoSt.Answering;

/// <summary>How a model answers questions.</summary>
/// <param name="MaxPromptTokens">Longer questions are cut, for a model with an encoder.</param>
/// <param name="UseCalculator">Whether the calculator completes annotations, in the format of the model's family.</param>
/// <param name="Decoding">How text is decoded; its own calculator is not looked at.</param>
/// <param name="Bf16">Whether matrix products are computed in bfloat16.</param>
internal sealed record AnswerOptions(int MaxPromptTokens, bool UseCalculator, GenerationOptions Decoding, bool Bf16 = false)
{
    /// <summary>How a configuration has questions answered, by samples.</summary>
    public static AnswerOptions Of(DataSection data, EvalSection eval, long seed, GenerationSection? generation = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(eval);
        var sampling = eval.Sampling;
        var server = generation is null ? null : SamplingServer.Of(generation);
        return new AnswerOptions(
            data.MaxSrcLen, eval.UseCalc,
            new GenerationOptions(
                eval.MaxNewTokens, eval.Slots ?? GenerationOptions.DefaultSlots, null, sampling.Temperature, sampling.TopK, sampling.TopP,
                (ulong)seed),
            eval.Bf16)
        {
            Server = server,
            Engine = server is { IsDpost: false } ? "openai" : null,
        };
    }

    /// <summary>What draws by other rules than dpost's own; null where none does. Answers of the one are not those of the other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Engine { get; init; }

    /// <summary>Who answers in this process's place.</summary>
    [JsonIgnore]
    internal SamplingServer? Server { get; init; }

    /// <summary>The same, greedily.</summary>
    [JsonIgnore]
    public AnswerOptions Greedy => this with { Decoding = Decoding with { Temperature = 0 } };

    /// <summary>How the model that answers computes.</summary>
    [JsonIgnore]
    internal TrainingCompute Compute => new(Bf16);
}
