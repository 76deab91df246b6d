using DpoSt.Models;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.SelfTraining;

/// <summary>The most tokens of a training row.</summary>
/// <param name="Prompt">Of a prompt.</param>
/// <param name="Completion">Of a completion.</param>
/// <param name="Total">Of a causal model's prompt and completion together; only beyond it are the other two applied to such a row.</param>
public sealed record TokenLimits(int Prompt, int Completion, int Total)
{
    /// <summary>No limits.</summary>
    public static readonly TokenLimits None = new(int.MaxValue, int.MaxValue, int.MaxValue);
}

/// <summary>
/// Texts as token ids for a model, cut as transformers and trl cut them. T5: EOS behind prompt and completion, a text that is too long loses
/// its end but keeps its EOS. Llama: one row of BOS, prompt, completion, EOS; a row that is too long loses the beginning of its prompt (the
/// paper's preprocessing, trl's <c>keep_end</c>), and a completion that is too long its end with its EOS.
/// </summary>
internal sealed class RowEncoder(ITokenizer tokenizer, PromptFormat format, TokenLimits limits)
{
    /// <summary>The family's text form.</summary>
    public PromptFormat Format => format;

    /// <summary>An encoder for the model in a folder, without limits, for work on texts alone.</summary>
    public static RowEncoder Of(string folder, bool referenceText) =>
        new(TokenizerLoader.Load(folder), ModelBundle.FormatOf(ModelFolder.TypeOf(folder), referenceText), TokenLimits.None);

    /// <summary>The ids a model is given to answer a question.</summary>
    public int[] Question(string question) => Prompt(format.Prompt(question));

    /// <summary>
    /// The ids a model is given for a prompt that has its template already. A causal model's end with what is to be continued and are
    /// not cut.
    /// </summary>
    public int[] Prompt(string prompt) => format.IsCausal ? [.. tokenizer.Encode(prompt)] : CutBeforeEos(tokenizer.Encode(prompt), limits.Prompt);

    /// <summary>A training row: a prompt that has its template already and what is to follow it.</summary>
    public (int[] Prompt, int[] Completion) Row(string prompt, string completion)
    {
        var (cut, completions) = Rows(prompt, completion);
        return (cut, completions[0]);
    }

    /// <summary>A prompt with two completions, cut alike.</summary>
    public (int[] Prompt, int[] Chosen, int[] Rejected) Pair(string prompt, string chosen, string rejected)
    {
        var (cut, completions) = Rows(prompt, chosen, rejected);
        return (cut, completions[0], completions[1]);
    }

    /// <summary>The set of a text's tokens, special ones left out: what similarity is measured on.</summary>
    public IReadOnlyCollection<int> TokenSet(string text) => tokenizer.Encode(text, addSpecialTokens: false).ToHashSet();

    private (int[] Prompt, int[][] Completions) Rows(string prompt, params string[] completions)
    {
        var first = Prompt(prompt);
        if (!format.IsCausal)
        {
            return (first, [.. completions.Select(c => CutBeforeEos(tokenizer.Encode(c), limits.Completion))]);
        }

        var rest = completions.Select(c => (int[])[.. tokenizer.EncodeContinuation(c), tokenizer.EosId]).ToArray();
        return first.Length + rest.Max(r => r.Length) <= limits.Total
            ? (first, rest)
            : (first[Math.Max(0, first.Length - limits.Prompt)..], [.. rest.Select(r => r[..Math.Min(r.Length, limits.Completion)])]);
    }

    private int[] CutBeforeEos(IReadOnlyList<int> ids, int limit) =>
        ids.Count <= limit ? [.. ids] : ids[^1] == tokenizer.EosId ? [.. ids.Take(limit - 1), tokenizer.EosId] : [.. ids.Take(limit)];
}
