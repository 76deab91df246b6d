using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DpoSt.Answering;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Generation;
using DpoSt.Verification;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Commands;

/// <summary><c>dpost solve</c>: one question, answered while one watches.</summary>
internal static class SolveCommand
{
    public static Command Create(CommandConsole console)
    {
        var question = new Argument<string>("question") { Description = "The question." };
        var model = CommandOption.Model();
        var noCalculator = CommandOption.Of<bool>("--no-calculator", "Let the model calculate by itself.");
        var json = CommandOption.Json("Write one JSON object at the end instead of text as it comes.");
        var command = new Command("solve", CommandHelp.Of(
            "Answer a question, while you watch. Calculations stand in the answer as the model learnt to write them (T5 [48/2=24], "
            + "Llama <<48/2=24>>); on a terminal what the calculator wrote is green and underlined.",
            "dpost solve --model models/flan-t5-base \"Tom has 3 bags of 12 apples. How many apples does he have?\""))
        { question, model, noCalculator, json };
        var download = new DownloadArgument(command);
        var decoding = new DecodingArguments(command);
        var template = new TemplateArguments(command);
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            var asked = parsed.GetValue(question)!;
            if (string.IsNullOrWhiteSpace(asked))
            {
                throw new UserErrorException(
                    "The question is empty; "
                    + "expected one in words, such as \"Tom has 3 bags of 12 apples. How many apples does he have?\".");
            }

            using var completer = new Completer(
                download.Folder(parsed, parsed.GetValue(model)!, console),
                device.Device(parsed), decoding.Products(parsed), template.Options(parsed));
            var options = decoding.Options(parsed, slots: 1, parsed.GetValue(noCalculator) ? null : completer.Calculator);
            Solve(console, completer, asked, options, parsed.GetValue(json));
        });
        return command;
    }

    private static void Solve(CommandConsole console, Completer completer, string question, GenerationOptions options, bool json)
    {
        var (writer, started) = (new AnswerWriter(console, isShown: !json), Stopwatch.GetTimestamp());
        Generated? answer = null;
        completer.Run([completer.Question(question)], options, finished => answer = finished, console.Cancel, writer.Write);
        var final = FinalAnswer.Extract(answer!.Text);
        if (json)
        {
            console.WriteJson(new
            {
                question,
                answer.Text,
                answer = final,
                Pieces = writer.Pieces.Select(p => new { p.Text, Calculator = p.Forced }),
                tokens = answer.Ids.Length,
                calculator_tokens = answer.Forced,
            });
            return;
        }

        console.Out.WriteLine();
        var rate = answer.Ids.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
        console.Error.WriteLine(
            Invariant($"answer: {final?.ToString(CultureInfo.InvariantCulture) ?? "none found"} ({answer.Ids.Length} tokens, ")
            + Invariant($"{answer.Forced} by the calculator, {rate:0} tokens/s{(answer.Finished ? "" : "; cut at --max-new-tokens")})"));
    }
}
