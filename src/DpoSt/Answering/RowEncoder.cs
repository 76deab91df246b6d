using DpoSt.Models.Checkpoints;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Answering;

/// <summary>The most tokens of a training row.</summary>
/// <param name="Prompt">Of a prompt.</param>
/// <param name="Completion">Of a completion; of a causal model's pair it is what <paramref name="Prompt"/> leaves of the total.</param>
/// <param name="Total">Of a causal model's prompt and completion together; only beyond it is such a row cut.</param>
public sealed record TokenLimits(int Prompt, int Completion, int Total)
{
    /// <summary>No limits.</summary>
    public static readonly TokenLimits None = new(int.MaxValue, int.MaxValue, int.MaxValue);
}

/// <summary>
/// Texts as token ids for a model, cut as transformers and trl cut them. T5: EOS behind prompt and completion; a text that is too
/// long loses its end but keeps its EOS. Llama: one row of BOS, prompt, completion, EOS; a row that is too long loses the beginning
/// of its prompt (the paper's preprocessing, trl's <c>keep_end</c>), and a completion its end with its EOS: in fine-tuning beyond
/// its own limit, in a pair where the row is still too long (<c>DPOTrainer.tokenize_row</c>).
/// </summary>
internal sealed class RowEncoder(ITokenizer tokenizer, PromptFormat format, TokenLimits limits)
{
    /// <summary>What is said of a row without a prompt: the first token of a completion follows the last of it.</summary>
    public const string NoPrompt = "the prompt is empty; a model needs at least one token to begin with.";

    /// <summary>The family's text form.</summary>
    public PromptFormat Format => format;

    /// <summary>An encoder for the model in a folder, without limits, for work on texts alone.</summary>
    public static RowEncoder Of(string folder, bool paperText) =>
        new(TokenizerLoader.Load(folder), ModelBundle.FormatOf(ModelFolder.CostsOf(folder).IsCausal, paperText), TokenLimits.None);

    /// <summary>The ids a model is given to answer a question.</summary>
    public int[] Question(string question) => Prompt(format.Prompt(question));

    /// <summary>
    /// The ids a model is given for a prompt that has its template already. A causal model's end with what is to be continued and are
    /// not cut.
    /// </summary>
    public int[] Prompt(string prompt) =>
        format.IsCausal ? [.. tokenizer.Encode(prompt)] : CutBeforeEos(tokenizer.Encode(prompt), limits.Prompt);

    /// <summary>A training row: a prompt that has its template already and what is to follow it.</summary>
    public (int[] Prompt, int[] Completion) Row(string prompt, string completion)
    {
        if (!format.IsCausal)
        {
            return (Prompt(prompt), CutBeforeEos(tokenizer.Encode(completion), limits.Completion));
        }

        var (first, rest) = (Prompt(prompt), Continuation(completion));
        return first.Length + rest.Length <= limits.Total ? (first, rest) : (End(first), rest[..Math.Min(rest.Length, limits.Completion)]);
    }

    /// <summary>A prompt with two completions, cut alike.</summary>
    /// <exception cref="UserErrorException">The limits leave nothing of a completion.</exception>
    public (int[] Prompt, int[] Chosen, int[] Rejected) Pair(string prompt, string chosen, string rejected)
    {
        if (!format.IsCausal)
        {
            return (
                Prompt(prompt), CutBeforeEos(tokenizer.Encode(chosen), limits.Completion),
                CutBeforeEos(tokenizer.Encode(rejected), limits.Completion));
        }

        var (first, good, bad) = (Prompt(prompt), Continuation(chosen), Continuation(rejected));
        var longer = Math.Max(good.Length, bad.Length);
        first = first.Length + longer <= limits.Total ? first : End(first);
        if (first.Length + longer <= limits.Total)
        {
            return (first, good, bad);
        }

        var room = limits.Total - limits.Prompt;
        return room > 0
            ? (first, good[..Math.Min(good.Length, room)], bad[..Math.Min(bad.Length, room)])
            : throw new UserErrorException(
                $"a pair has {first.Length + longer} tokens, and trainer.max_length ({limits.Total}) leaves nothing of its completions "
                + $"beside trainer.max_prompt_length ({limits.Prompt}): raise the first or lower the second.");
    }

    /// <summary>The set of a text's tokens, special ones left out: what similarity is measured on.</summary>
    public IReadOnlyCollection<int> TokenSet(string text) => tokenizer.Encode(text, addSpecialTokens: false).ToHashSet();

    private int[] Continuation(string completion) => [.. tokenizer.EncodeContinuation(completion), tokenizer.EosId];

    private int[] End(int[] prompt) => prompt[Math.Max(0, prompt.Length - limits.Prompt)..];

    private int[] CutBeforeEos(IReadOnlyList<int> ids, int limit) =>
        ids.Count <= limit ? [.. ids] : ids[^1] == tokenizer.EosId ? [.. ids.Take(limit - 1), tokenizer.EosId] : [.. ids.Take(limit)];
}
