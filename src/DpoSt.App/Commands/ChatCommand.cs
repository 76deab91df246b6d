using System.CommandLine;
using System.Text;
using System.Text.Json;
using DpoSt.Answering;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Generation;

namespace DpoSt.App.Commands;

/// <summary><c>dpost chat</c>: a conversation at a terminal.</summary>
internal static class ChatCommand
{
    private const string Reset = "/reset";
    private const string Quit = "/quit";
    private const int LongestLine = 1 << 20;

    public static Command Create(CommandConsole console)
    {
        var model = CommandOption.Model();
        var noCalculator = CommandOption.Of<bool>("--no-calculator", "Let the model calculate by itself.");
        var command = new Command("chat", CommandHelp.Of(
            $"Talk to a model through its chat template. {Reset} forgets the conversation, {Quit} or Ctrl-D ends it, "
            + "Ctrl-C stops an answer.",
            "dpost chat --model models/smollm2-135m-instruct --system \"Answer in one sentence.\""))
        { model, noCalculator };
        var download = new DownloadArgument(command);
        var decoding = new DecodingArguments(command);
        var template = new TemplateArguments(command);
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            using var completer = new Completer(
                download.Folder(parsed, parsed.GetValue(model)!, console),
                device.Device(parsed), decoding.Products(parsed), template.Options(parsed));
            var options = decoding.Options(parsed, slots: 1, parsed.GetValue(noCalculator) ? null : completer.Calculator);
            console.Error.WriteLine(
                $"The model is given {completer.Format}. {Reset} forgets the conversation, {Quit} or Ctrl-D ends it, "
                + "Ctrl-C stops an answer.");
            Talk(console, completer, options);
        });
        return command;
    }

    private static void Talk(CommandConsole console, Completer completer, GenerationOptions options)
    {
        using var lines = new StreamReader(console.In);
        List<object> turns = [];
        while (Ask(console, lines) is { } said && said.Trim() != Quit)
        {
            if (said.Trim() == Reset)
            {
                turns.Clear();
                console.Error.WriteLine("The conversation is forgotten.");
            }
            else if (said.Trim().Length > 0)
            {
                turns.Add(new { role = "user", content = said });
                turns.Add(new { role = "assistant", content = Answer(console, completer, options, turns) });
            }
        }
    }

    private static string? Ask(CommandConsole console, StreamReader lines)
    {
        if (console.In is InterruptibleInput && !System.Console.IsInputRedirected)
        {
            console.Error.Write("> ");
            console.Error.Flush();
        }

        var line = new StringBuilder();
        var next = lines.Read();
        var isOver = next < 0;
        for (; next is >= 0 and not '\n'; next = lines.Read())
        {
            if (line.Append((char)next).Length > LongestLine)
            {
                throw new UserErrorException(
                    $"standard input: a line has more than {LongestLine} characters; expected what a person says, a line at a time.");
            }
        }

        return isOver ? null : line.ToString().TrimEnd('\r');
    }

    private static string Answer(CommandConsole console, Completer completer, GenerationOptions options, List<object> turns)
    {
        var writer = new AnswerWriter(console);
        var (text, end) = ((string?)null, "");
        try
        {
            var prompt = completer.Conversation(JsonSerializer.SerializeToElement(turns));
            completer.Run([prompt], options, answer => (text, end) = (answer.Text, answer.Finished ? "" : " (cut at --max-new-tokens)"),
                console.Answer.Begin(console.Cancel), writer.Write);
        }
        catch (OperationCanceledException) when (!console.Cancel.IsCancellationRequested)
        {
            end = " (stopped)";
        }
        finally
        {
            console.Answer.End();
        }

        console.Out.WriteLine();
        if (end.Length > 0)
        {
            console.Error.WriteLine(end.TrimStart());
        }

        return text ?? string.Concat(writer.Pieces.Select(piece => piece.Text));
    }
}
