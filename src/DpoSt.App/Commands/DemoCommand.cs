using System.CommandLine;
using DpoSt.App.Console;
using DpoSt.App.Demo;
using DpoSt.SelfTraining;
using DpoSt.Tensors;

namespace DpoSt.App.Commands;

/// <summary><c>dpost demo</c>: <c>run</c> on the embedded configuration, model and problems.</summary>
internal static class DemoCommand
{
    private const string Help = """
        Run the whole loop in minutes, with nothing downloaded: a model of about a million parameters, made for this, learns to solve word
        problems written from a seed. Everything lands in a folder of its own; run it again to resume, or with another --seed and --output.

        Example: dpost demo --output my-demo
        """;

    public static Command Create(CommandConsole console)
    {
        var folder = new Option<string>("--output") { Description = "Where everything goes.", DefaultValueFactory = _ => "dpost-demo" };
        var seed = new Option<long>("--seed") { Description = "Of the problems.", DefaultValueFactory = _ => 42 };
        var overrides = OverrideArgument.Create("As in dpost run.");
        var command = new Command("demo", Help) { folder, seed, overrides };
        command.SetAction(result =>
        {
            var place = Path.GetFullPath(result.GetValue(folder)!);
            DemoFolder.Lay(place, result.GetValue(seed));
            Directory.SetCurrentDirectory(place);
            ComputeThreads.Use(Environment.ProcessorCount);
            var rows = RunCommand.SelfTraining(RunCommand.Plan("exp_config/tiny", "self-train", result.GetValue(overrides) ?? [], console), TorchSharp.torch.CPU, console, StageSelection.All, fresh: false);
            RunCommand.Show(console, rows);
            console.Out.WriteLine(DemoText.Afterwards(place));
        });
        return command;
    }
}
