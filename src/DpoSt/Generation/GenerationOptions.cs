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
public sealed record GenerationOptions(
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
public sealed record GenerationRequest(string Key, int Sample, int[] Prompt);

/// <summary>A generated text.</summary>
/// <param name="Index">The request's place.</param>
/// <param name="Ids">Generated ids with the closing EOS where it was reached.</param>
/// <param name="Text">Their text without special tokens.</param>
/// <param name="Forced">How many of the ids the calculator wrote.</param>
/// <param name="Finished">Whether the row ended by EOS, not by the limit.</param>
/// <param name="LogProb">The log-probability of the drawn ids, in nats, the closing EOS included: under the model itself, before
/// temperature, top-k and top-p, as <c>dpost score</c> gives it. What the calculator wrote was not drawn and is left out, though what
/// follows is conditioned on it.</param>
public sealed record Generated(int Index, int[] Ids, string Text, int Forced, bool Finished, double LogProb);

/// <summary>A piece of text that a row has just got.</summary>
/// <param name="Index">The request's place.</param>
/// <param name="Text">At least one whole character.</param>
/// <param name="Forced">Whether the calculator wrote it.</param>
public sealed record WrittenText(int Index, string Text, bool Forced);
