using System.Text.Json;
using DpoSt.Data;
using DpoSt.Models.Checkpoints;
using DpoSt.Text;
using DpoSt.Text.Chat;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Answering;

/// <summary>The most tokens of a training row.</summary>
/// <param name="Prompt">Of a prompt.</param>
/// <param name="Completion">Of a completion; of a causal model's pair it is what <paramref name="Prompt"/> leaves of the total.</param>
/// <param name="Total">Of a causal model's prompt and completion together; only beyond it is such a row cut.</param>
internal sealed record TokenLimits(int Prompt, int Completion, int Total)
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
/// <param name="ends">The ids at which generation stops; null is the tokenizer's end alone.</param>
internal sealed class RowEncoder(ITokenizer tokenizer, PromptFormat format, TokenLimits limits, IReadOnlySet<int>? ends = null)
{
    private readonly Lazy<string> endOfTurn = new(() => EndOfTurn(tokenizer, format, ends ?? new HashSet<int>([tokenizer.EosId])));

    private ChatFormat Chat => format as ChatFormat ?? throw new UserErrorException(
        $"the model is given {format.Source}, which has no place for messages; name a chat template.");

    /// <summary>What is said of a row without a prompt: the first token of a completion follows the last of it.</summary>
    public const string NoPrompt = "the prompt is empty; a model needs at least one token to begin with.";

    /// <summary>The family's text form.</summary>
    public PromptFormat Format => format;

    /// <summary>An encoder for the model in a folder; no limits are for work on texts alone.</summary>
    public static RowEncoder Of(string folder, PromptOptions prompt, TokenLimits? limits = null)
    {
        var texts = ModelFolder.TextsOf(folder);
        var tokenizer = TokenizerLoader.Load(texts);
        return new(
            tokenizer, PromptFormats.Of(texts, ModelFolder.IsCausal(folder), prompt), limits ?? TokenLimits.None,
            new HashSet<int>([tokenizer.EosId, .. ModelFolder.EndsOf(folder)]));
    }

    /// <summary>The ids a model is given to answer a question.</summary>
    public int[] Question(string question) => Prompt(format.Prompt(question));

    /// <summary>
    /// The ids a model is given for a prompt that has its template already. A causal model's end with what is to be continued and are
    /// not cut.
    /// </summary>
    public int[] Prompt(string prompt) =>
        format.IsCausal
            ? [.. tokenizer.Encode(prompt, addSpecialTokens: !format.HasSpecialTokens)]
            : CutBeforeEos(tokenizer.Encode(prompt), limits.Prompt);

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

    /// <summary>The ids a model is given to go on with a conversation.</summary>
    /// <exception cref="UserErrorException">The model has no chat template, or it refuses the conversation.</exception>
    public int[] Conversation(
        JsonElement messages, JsonElement? tools = null, IReadOnlyDictionary<string, JsonElement>? arguments = null) =>
        Prompt(Chat.Render(messages, forAnswer: true, tools, arguments));

    /// <summary>A training row of a conversation whose last turn is the assistant's.</summary>
    public (int[] Prompt, int[] Completion) ConversationRow(JsonElement messages)
    {
        var (prompt, answer) = Chat.LastTurn(messages);
        return Row(prompt, answer);
    }

    /// <summary>A training row for a person to look at.</summary>
    public ShownRow Show(string prompt, string completion) => ShownRow.Of(
        tokenizer, format.Source, format.IsCausal,
        new RowEncoder(tokenizer, format, TokenLimits.None, ends).Row(prompt, completion), Row(prompt, completion));

    /// <summary>A question without an answer for a person to look at: what a model is given for it.</summary>
    /// <param name="conversation">The messages that it is a part of, null for the question alone.</param>
    public ShownRow ShowAsked(string question, JsonElement? conversation)
    {
        var given = (conversation is { } messages ? Conversation(messages) : Question(question), Array.Empty<int>());
        return ShownRow.Of(tokenizer, format.Source, format.IsCausal, given, given);
    }

    /// <summary>A row of fine-tuning: a question and its answer, or a conversation up to an answer.</summary>
    public (int[] Prompt, int[] Completion) Row(RationaleRow row)
    {
        var (prompt, answer) = Texts(row);
        return Row(prompt, answer);
    }

    /// <summary>A row of fine-tuning for a person to look at.</summary>
    public ShownRow Show(RationaleRow row)
    {
        var (prompt, answer) = Texts(row);
        return Show(prompt, answer);
    }

    /// <summary>A pair with its prompt as the model is given it, and its answers as the model should write them.</summary>
    /// <exception cref="UserErrorException">The prompt is messages, and the model has no chat template or it refuses them.</exception>
    public PreferencePair Prepared(PreferencePair pair)
    {
        if (pair.Messages is not { } messages)
        {
            return pair;
        }

        var (prompt, chosen) = Chat.LastTurn(Answered(pair.Chosen));
        return new PreferencePair(prompt, chosen, Chat.LastTurn(Answered(pair.Rejected)).Answer);

        JsonElement Answered(string answer) => JsonSerializer.SerializeToElement(
            messages.EnumerateArray().Append(JsonSerializer.SerializeToElement(new { role = "assistant", content = answer })));
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

    private (string Prompt, string Answer) Texts(RationaleRow row) => row.Conversation is { } messages ? Chat.LastTurn(messages)
        : (format.Prompt(row.Question), format.Target(row.Answer));

    private int[] Continuation(string completion) => format.EndOfTurn is null
        ? [.. tokenizer.EncodeContinuation(completion), tokenizer.EosId]
        : [.. tokenizer.EncodeContinuation(completion + endOfTurn.Value)];

    // What follows an answer, up to the token at which generation stops: a model must learn to stop there.
    private static string EndOfTurn(ITokenizer tokenizer, PromptFormat format, IReadOnlySet<int> ends)
    {
        var ids = tokenizer.EncodeContinuation(format.EndOfTurn!).ToArray();
        var last = Array.FindIndex(ids, ends.Contains);
        return last >= 0 ? tokenizer.Decode(ids[..(last + 1)], skipSpecialTokens: false)
            : throw new UserErrorException(
                $"{format.Source} ends an answer with {Shown.Quoted(format.EndOfTurn!)}, but generation stops at "
                + $"{string.Join(" or ", ends.Order().Select(tokenizer.PieceOf))}: a model trained so would not end its answers. "
                + "Name the template's end as eos_token_id in the model's generation_config.json, or choose another data.template.");
    }

    private int[] End(int[] prompt) => prompt[Math.Max(0, prompt.Length - limits.Prompt)..];

    private int[] CutBeforeEos(IReadOnlyList<int> ids, int limit) =>
        ids.Count <= limit ? [.. ids] : ids[^1] == tokenizer.EosId ? [.. ids.Take(limit - 1), tokenizer.EosId] : [.. ids.Take(limit)];
}
