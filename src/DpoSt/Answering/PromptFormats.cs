using DpoSt.Text;
using DpoSt.Text.Chat;

namespace DpoSt.Answering;

/// <summary>Chooses how questions are put to the model in a folder.</summary>
internal static class PromptFormats
{
    /// <summary>The format that options ask for.</summary>
    /// <exception cref="UserErrorException">The model has no such template, or the format cannot do what is asked.</exception>
    public static PromptFormat Of(string folder, bool isCausal, PromptOptions options)
    {
        if (!isCausal)
        {
            return options is { Template: PromptOptions.Auto or PromptOptions.None or PromptOptions.Paper, OwnTemplate: null }
                ? Plain(options, options.PaperText ? PromptFormat.T5Paper : PromptFormat.T5)
                : throw new UserErrorException(
                    $"{folder}: chat templates are for decoders, and this model is an encoder with a decoder, "
                    + "which is given the question alone; "
                    + "leave data.template out.");
        }

        var files = ChatTemplateFiles.Of(folder);
        return options switch
        {
            { OwnTemplate: { } text } => Chat(text, $"data.template ({options.Template})"),
            { Template: PromptOptions.None } => Plain(options, PromptFormat.Bare),
            { Template: PromptOptions.Paper } => Plain(options, PromptFormat.Llama),
            { Template: PromptOptions.Auto } => files.Templates.TryGetValue(ChatTemplateFiles.Default, out var usual)
                ? Chat(usual, $"the chat template of {Shown.Path(folder)}")
                : files.Templates.Count == 0 ? Plain(options, PromptFormat.Llama)
                : throw new UserErrorException(
                    $"{folder}: the model has several chat templates and none is the usual one; name one as data.template: "
                    + $"{Names(files)}."),
            _ => files.Templates.TryGetValue(options.Template, out var named)
                ? Chat(named, $"the chat template '{options.Template}' of {Shown.Path(folder)}")
                : throw new UserErrorException(
                    $"{folder}: the model has no chat template named '{options.Template}'; expected auto, none, paper, a file"
                    + $"{(files.Templates.Count > 0 ? $", or one of {Names(files)}" : "")}."),
        };

        ChatFormat Chat(string text, string source) => new(ChatTemplate.Read(text, source), options, files.SpecialTokens);
    }

    private static PromptFormat Plain(PromptOptions options, PromptFormat format) =>
        options.System is null && options.Arguments.Count == 0 ? format
            : throw new UserErrorException(
                $"data.{(options.System is null ? "template_args" : "system")} is for chat templates, and the model is given "
                + $"{format.Source}; leave it out{(format.IsCausal ? " or name a template as data.template" : "")}.");

    private static string Names(ChatTemplateFiles files) => string.Join(", ", files.Templates.Keys.Order(StringComparer.Ordinal));
}
