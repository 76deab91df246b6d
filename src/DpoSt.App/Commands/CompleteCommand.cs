using System.CommandLine;
using DpoSt.Answering;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Text;

namespace DpoSt.App.Commands;

/// <summary><c>dpost complete</c>: lets a model go on from prompts as they are.</summary>
internal static class CompleteCommand
{
    public static Command Create(CommandConsole console)
    {
        var model = CommandOption.Model();
        var batch = CommandOption.Of<int>("--batch", "Rows decoded together.").Or(GenerationOptions.DefaultSlots).From(1, Limits.Rows);
        var calculator = CommandOption.Of<string>("--calculator", "Complete calculations in this format.").Or("none");
        calculator.AcceptOnlyFromAmong("none", "t5", "llama");
        var json = CommandOption.Json("Write JSON lines of ids and text; without it, text alone.");
        var command = new Command("complete", CommandHelp.Of(
            "Read lines of {\"messages\": [...]} (asked through the model's chat template), {\"prompt\": ...} (text without any template) "
            + "or {\"input_ids\": [...]} on standard input and write what the model says next.",
            "echo '{\"prompt\": \"Once upon a time\"}' | dpost complete --model models/llama-2-7b --max-new-tokens 50 --json"))
        { model, batch, calculator, json };
        var download = new DownloadArgument(command);
        var decoding = new DecodingArguments(command);
        var template = new TemplateArguments(command);
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            using var completer = new Completer(
                download.Folder(parsed, parsed.GetValue(model)!, console),
                device.Device(parsed), decoding.Products(parsed), template.Options(parsed));
            if (!parsed.GetValue(json) && !completer.WritesText)
            {
                throw new UserErrorException(
                    $"{parsed.GetValue(model)} has no tokenizer files, so there is no text to write: use --json, which writes token ids.");
            }

            console.TellTyped("{\"prompt\": ...}");
            var prompts = JsonLines.Read(console.In, "standard input").Select(completer.Prompt).ToList();
            var format = parsed.GetValue(calculator) switch { "t5" => CalculatorFormat.T5, "llama" => CalculatorFormat.Llama, _ => null };
            var options = decoding.Options(parsed, parsed.GetValue(batch), format);
            StageProgress.Watch(console, reporter =>
            {
                var done = 0L;
                reporter.Begin("complete", $"{prompts.Count} prompts", prompts.Count, "answers");
                completer.Run(
                    prompts, options,
                    answer => console.Write(
                        parsed.GetValue(json), new { answer.Ids, answer.Text }, () => console.Out.WriteLine(answer.Text)),
                    console.Cancel, counted: () => reporter.Advance(++done));
                reporter.End($"{done} answers");
                return done;
            });
        });
        return command;
    }
}
