using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Answering;

namespace DpoSt.App.Commands;

/// <summary><c>dpost merge</c>: a model of its own from an adapter.</summary>
internal static class MergeCommand
{
    public static Command Create(CommandConsole console)
    {
        var adapter = new Argument<string>("adapter") { Description = "The adapter's folder.", HelpName = "ADAPTER" };
        var output = CommandOption.Of<string>("--output", "The folder of the new model.", "DIR").Needed();
        var command = new Command("merge", CommandHelp.Of(
            "Write a model with an adapter's changes in its weights. Every command takes the adapter's folder too: "
            + "this is for other programs.",
            "dpost merge ft_models/lora/sft-1 --output merged"))
        { adapter, output };
        command.SetAction(parsed =>
        {
            var (from, to) = (parsed.GetValue(adapter)!, parsed.GetValue(output)!);
            AdapterMerge.Run(from, to);
            console.Out.WriteLine($"{Shown.Path(to)} is a model of its own; try it: dpost solve --model {Shown.Path(to)} \"...\"");
        });
        return command;
    }
}
