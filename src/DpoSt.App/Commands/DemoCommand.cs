using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.App.Demo;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.Tensors.Devices;

namespace DpoSt.App.Commands;

/// <summary><c>dpost demo</c>: <c>run</c> on the embedded configuration, model and problems.</summary>
internal static class DemoCommand
{
    private static readonly string Help = CommandHelp.Of("""
        Run the whole loop in minutes, with nothing downloaded.
        A model of about a million parameters, made for this, learns to solve word problems written from a seed: five to seven
        minutes on two cores. Everything lands in a folder of its own; run it again to resume, or with another --seed and --output.
        An override changes an option of the run, or with sft. or dpo. before the key of that kind of training; what depends on it
        is done again.
        """,
        "dpost demo",
        "dpost demo --output my-demo --seed 7",
        "dpost demo dpo.trainer.learning_rate=5e-6");

    public static Command Create(CommandConsole console)
    {
        var folder = CommandOption.Of<string>("--output", "Where everything goes.", "DIR").Or("dpost-demo");
        var seed = CommandOption.Of<long>("--seed", "The problems are written from it.", "N").Or(DemoFolder.Seed).From(0L);
        var overrides = OverrideArgument.Create("key=value, as in dpost run.");
        var command = new Command("demo", Help) { folder, seed, overrides };
        command.SetAction(result =>
        {
            var place = Path.GetFullPath(result.GetValue(folder)!);
            console.Error.WriteLine(DemoText.Before(place));
            DemoFolder.Lay(place, result.GetValue(seed));
            Directory.SetCurrentDirectory(place);
            ComputeThreads.Use(Environment.ProcessorCount);
            var plan = RunCommand.Plan("exp_config/tiny", "self-train", result.GetValue(overrides) ?? [], console);
            var rows = StageProgress.Watch(console, reporter => SelfTrainingLoop.Run(
                plan, StageSelection.All, new RunContext(TorchSharp.torch.CPU, new SingleProcess(), reporter, console.Cancel)));
            RunCommand.Show(console, plan, rows);
            console.Out.WriteLine(DemoText.Afterwards(place));
        });
        return command;
    }
}
