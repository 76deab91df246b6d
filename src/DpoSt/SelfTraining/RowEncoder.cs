using DpoSt.Models;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.SelfTraining;

/// <summary>
/// Texts as token ids for a model, cut to its limits. A text that is too long loses its end but keeps its closing EOS, as transformers'
/// tokenizers cut.
/// </summary>
internal sealed class RowEncoder(ITokenizer tokenizer, PromptFormat format, int maxPromptTokens, int maxCompletionTokens)
{
    /// <summary>The family's text form.</summary>
    public PromptFormat Format => format;

    /// <summary>An encoder for the model in a folder, without limits, for work on texts alone.</summary>
    public static RowEncoder Of(string folder, bool referenceText) => new(
        TokenizerLoader.Load(folder), ModelBundle.FormatOf(ModelFolder.TypeOf(folder), referenceText), int.MaxValue, int.MaxValue);

    /// <summary>The ids of a bare question in the family's prompt.</summary>
    public int[] Question(string question) => Prompt(format.Prompt(question));

    /// <summary>The ids of a prompt that has its template already.</summary>
    public int[] Prompt(string prompt) => Cut([.. tokenizer.Encode(prompt)], maxPromptTokens);

    /// <summary>The ids of a completion, EOS last.</summary>
    public int[] Completion(string completion) => Cut([.. tokenizer.Encode(completion)], maxCompletionTokens);

    /// <summary>The set of a text's tokens, special ones left out: what similarity is measured on.</summary>
    public IReadOnlyCollection<int> TokenSet(string text) => tokenizer.Encode(text, addSpecialTokens: false).ToHashSet();

    private int[] Cut(int[] ids, int limit) =>
        ids.Length <= limit ? ids : ids[^1] == tokenizer.EosId ? [.. ids[..(limit - 1)], tokenizer.EosId] : ids[..limit];
}
