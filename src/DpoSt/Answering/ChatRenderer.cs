using System.Text.Json;
using DpoSt.Data;
using DpoSt.Text.Chat;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Answering;

/// <summary>Conversations in a chat template, for programs that want the text or its ids.</summary>
internal sealed class ChatRenderer
{
    private readonly ChatFormat format;
    private readonly ITokenizer? tokenizer;

    private ChatRenderer(ChatFormat format, ITokenizer? tokenizer) => (this.format, this.tokenizer) = (format, tokenizer);

    /// <summary>A renderer with the template and tokenizer in a folder; without a tokenizer there are texts alone.</summary>
    /// <exception cref="UserErrorException">The folder has no chat template.</exception>
    public static ChatRenderer Of(string folder, PromptOptions prompt) => new(
        PromptFormats.Of(folder, isCausal: true, prompt) as ChatFormat
            ?? throw new UserErrorException(
                $"{folder}: there is no chat template; expected one in tokenizer_config.json or chat_template.jinja, "
                + "or name one with --template."),
        TokenizerLoader.IsIn(folder) ? TokenizerLoader.Load(folder) : null);

    /// <summary>
    /// What the template makes of a line with <c>messages</c>; the beginning of an answer follows unless the line says no.
    /// </summary>
    /// <exception cref="UserErrorException">The line is no conversation, or the template refuses it.</exception>
    public string Render(JsonLine line, string expected)
    {
        var messages = ConversationLine.Messages(line, expected) ?? throw line.Error($"\"messages\" is missing; expected {expected}.");
        var isWhole = line.Property("add_generation_prompt", expected) is { ValueKind: JsonValueKind.False };
        return line.Placing(() => format.Render(messages, forAnswer: !isWhole, line.Property("tools", expected)));
    }

    /// <summary>The ids of a rendered text, special tokens as the text has them; null without a tokenizer.</summary>
    public IReadOnlyList<int>? Ids(string text) => tokenizer?.Encode(text, addSpecialTokens: false);

    /// <summary>Their pieces.</summary>
    public IEnumerable<string>? Pieces(string text) => Ids(text)?.Select(tokenizer!.PieceOf);
}
