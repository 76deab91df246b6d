using System.CommandLine;
using DpoSt.Answering;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Configuration.Sections;
using DpoSt.SelfTraining;

namespace DpoSt.App.Commands;

/// <summary><c>dpost show</c>: what a model sees of a row, and what of it is trained.</summary>
internal static class ShowCommand
{
    public static Command Create(CommandConsole console)
    {
        var defaults = new DataSection();
        var model = CommandOption.Model();
        var data = CommandOption.Of<string>("--data", "Rows: questions with answers, messages, or preference pairs, in any format.", "FILE")
            .Needed();
        var row = CommandOption.Of<int>("--row", "Which row, from 1.").Or(1).From(1, int.MaxValue);
        var prompt = CommandOption.Of<int>("--max-src-len", "The most tokens of a prompt, as data.max_src_len.")
            .Or(defaults.MaxSrcLen).From(1, Limits.Tokens);
        var completion = CommandOption.Of<int>("--max-tgt-len", "The most tokens of a completion, as data.max_tgt_len.")
            .Or(defaults.MaxTgtLen).From(1, Limits.Tokens);
        var total = CommandOption.Of<int>("--max-length", "The most tokens of a decoder's row, as data.model_max_length.")
            .Or(defaults.ModelMaxLength).From(1, Limits.Tokens);
        var json = CommandOption.Json("Write one JSON object a row with its ids and pieces.");
        var command = new Command("show", CommandHelp.Of(
            "Show a row as the model sees it: through which template, what it is given, what it learns to write, "
            + "and what a limit cuts off. "
            + "On a terminal what is scored is green, what is cut off red, and special tokens are underlined.",
            "dpost show --model models/smollm2-135m-instruct --data gsm8k/train.jsonl --row 3"))
        { model, data, row, prompt, completion, total, json };
        var download = new DownloadArgument(command);
        var (template, columns) = (new TemplateArguments(command), new ColumnsArgument(command));
        command.SetAction(parsed =>
        {
            var limits = new TokenLimits(parsed.GetValue(prompt), parsed.GetValue(completion), parsed.GetValue(total));
            foreach (var shown in RowViewer.Show(
                download.Folder(parsed, parsed.GetValue(model)!, console), NamedData.File(parsed.GetValue(data)!), parsed.GetValue(row),
                columns.Columns(parsed), template.Options(parsed), limits))
            {
                console.Write(parsed.GetValue(json), RowView.Json(shown), () => RowView.Write(console, shown));
            }
        });
        return command;
    }
}
