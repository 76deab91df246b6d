using System.Text.Json.Serialization;
using DpoSt.Text;

namespace DpoSt.Generation;

/// <summary>How text is generated.</summary>
/// <param name="MaxNewTokens">The most tokens a row may have, forced ones and the closing EOS included.</param>
/// <param name="Slots">Rows decoded together.</param>
/// <param name="Calculator">The annotations the calculator completes; null leaves it off.</param>
/// <param name="Temperature">Zero decodes greedily; else logits are divided by it.</param>
/// <param name="TopK">Only the k likeliest tokens are drawn from; 0 draws from all.</param>
/// <param name="TopP">Of those, the fewest whose probability reaches this; 1 keeps all.</param>
/// <param name="Seed">Keys the draws, together with problem, sample and position.</param>
/// <param name="MinTokensToKeep">As many of the likeliest tokens may be drawn at least, whatever top-k and top-p say.</param>
internal sealed record GenerationOptions(
    int MaxNewTokens, int Slots, CalculatorFormat? Calculator, double Temperature = 0, int TopK = 50, double TopP = 1, ulong Seed = 0,
    int MinTokensToKeep = 1)
{
    /// <summary>Rows decoded together unless told otherwise: enough to fill the processor, few enough to stay in its caches.</summary>
    public const int DefaultSlots = 128;
}

/// <summary>A text to generate.</summary>
/// <param name="Key">Stands for the problem in random draws; the same problem has the same key in every run.</param>
/// <param name="Sample">Which sample of the problem this is.</param>
/// <param name="Prompt">Token ids, special tokens included.</param>
internal sealed record GenerationRequest(string Key, int Sample, int[] Prompt)
{
    /// <summary>How this text alone is generated; its slots are not looked at. Null is as all others.</summary>
    public GenerationOptions? Own { get; init; }

    /// <summary>Texts at which it ends; they are not part of it.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>How many of the likeliest ids are told for each drawn one, with their log-probabilities.</summary>
    public int Likeliest { get; init; }
}

/// <summary>A generated text.</summary>
/// <param name="Index">The request's place.</param>
/// <param name="Ids">Generated ids with the closing EOS where it was reached.</param>
/// <param name="Text">Their text without special tokens.</param>
/// <param name="Forced">How many of the ids the calculator wrote.</param>
/// <param name="Finished">Whether the row ended by EOS or a stop text, not by the limit.</param>
/// <param name="LogProb">The log-probability of the drawn ids, in nats, the closing EOS included: under the model itself, before
/// temperature, top-k and top-p, as <c>dpost score</c> gives it. What the calculator wrote was not drawn and is left out, though what
/// follows is conditioned on it.</param>
internal sealed record Generated(int Index, int[] Ids, string Text, int Forced, bool Finished, double LogProb)
{
    /// <summary>The stop text that ended it; null where none did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stop { get; init; }
}

/// <summary>An id that a row has just got, or what is left of its text at the end.</summary>
/// <param name="Index">The request's place.</param>
/// <param name="Text">What may be shown now: whole characters, and nothing that may turn out to be the beginning of a stop text.</param>
/// <param name="Forced">Whether the calculator wrote it.</param>
/// <param name="Token">The id, null behind the last one.</param>
internal sealed record WrittenText(int Index, string Text, bool Forced, WrittenToken? Token = null);

/// <summary>An id of a row.</summary>
/// <param name="Id">The id.</param>
/// <param name="Text">The whole characters it completes.</param>
/// <param name="LogProb">Its log-probability in nats as in <see cref="Generated.LogProb"/>; not a number where it was not drawn.</param>
/// <param name="Likeliest">The likeliest ids in its place, as many as the request asked for, the likeliest first.</param>
internal sealed record WrittenToken(int Id, string Text, double LogProb, IReadOnlyList<LikelyId> Likeliest);

/// <summary>An id that might have been drawn.</summary>
internal sealed record LikelyId(int Id, double LogProb);
