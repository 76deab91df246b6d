using System.CommandLine;
using DpoSt.App.Demo;
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

    public static Command Create(CommandOutput output)
    {
        var folder = new Option<string>("--output") { Description = "Where everything goes.", DefaultValueFactory = _ => "dpost-demo" };
        var seed = new Option<long>("--seed") { Description = "Of the problems.", DefaultValueFactory = _ => 42 };
        var overrides = new Argument<string[]>("overrides") { Description = "As in dpost run.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("demo", Help) { folder, seed, overrides };
        command.SetAction((result, cancel) => Task.Run(() =>
        {
            var place = Directory.CreateDirectory(result.GetValue(folder)!).FullName;
            DemoFolder.Lay(place, result.GetValue(seed));
            Directory.SetCurrentDirectory(place);
            ComputeThreads.Use(Environment.ProcessorCount);
            var rows = RunCommand.SelfTraining(RunCommand.Plan("exp_config/tiny", "self-train", result.GetValue(overrides) ?? []), TorchSharp.torch.CPU, output, cancel);
            RunCommand.Show(output, rows);
            output.Out.WriteLine(DemoText.Afterwards(place));
            return 0;
        }, cancel));
        return command;
    }
}
