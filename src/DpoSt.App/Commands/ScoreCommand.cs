using System.CommandLine;
using DpoSt.Answering;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using static System.FormattableString;

namespace DpoSt.App.Commands;

/// <summary><c>dpost score</c>: how likely a model finds given answers.</summary>
internal static class ScoreCommand
{
    public static Command Create(CommandConsole console)
    {
        var model = CommandOption.Model();
        var data = CommandOption.Of<string>(
            "--data", "Lines of {\"prompt\": ..., \"completion\": ...}, texts without any template, of {\"messages\": [...]}, "
            + "whose last turn is scored, "
            + "or of {\"input_ids\": [...], \"labels\": [...]}.", "FILE").Needed();
        var json = CommandOption.Json("Write JSON lines; without it, a table.");
        var command = new Command("score", CommandHelp.Of(
            "Give the log-probability of each completion, in nats: its sum, the number of tokens, and the loss (the negative mean).",
            "dpost score --model models/flan-t5-base --data answers.jsonl --json"))
        { model, data, json };
        var download = new DownloadArgument(command);
        var template = new TemplateArguments(command);
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            var folder = download.Folder(parsed, parsed.GetValue(model)!, console);
            var chosen = device.Device(parsed);
            var scores = StageProgress.Watch(
                console,
                reporter => Scorer.Run(
                    folder, parsed.GetValue(data)!, chosen, template.Options(parsed), reporter, console.Cancel));
            if (!parsed.GetValue(json))
            {
                console.Out.WriteLine($"{"log_prob",12} {"tokens",7} {"loss",9}");
            }

            foreach (var score in scores)
            {
                console.Write(parsed.GetValue(json), score, () => console.Out.WriteLine(
                    Invariant($"{score.LogProb,12:0.0000} {score.Tokens,7} {score.Loss,9:0.0000}")));
            }
        });
        return command;
    }
}
