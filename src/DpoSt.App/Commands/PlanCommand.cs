using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Benchmarks;
using DpoSt.Configuration;
using DpoSt.Configuration.Composition;
using DpoSt.Planning;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.Tensors.Devices;
using DpoSt.Training;

namespace DpoSt.App.Commands;

/// <summary><c>dpost plan</c>: whether the training of a configuration fits, and how long it takes, before it begins.</summary>
internal static class PlanCommand
{
    private const string Help = """
        Say whether the training of a configuration will fit into memory, and how long it takes. Nothing is written; the exit code is 2
        where it will not fit.
        A configuration with a loop section is that of dpost run: all its training stages are planned. Of the model only config.json is
        needed, and its tokenizer where the lengths of examples are to be known; without examples their configured limits count. The rate
        is measured in a few seconds.
        With --nproc nothing is judged: it says what each of so many processes holds and sends, and how long it computes for a step if it
        has a machine like this one to itself (with --threads threads), or is as fast as --rate says.

        Example:
          dpost plan --config-path exp_config/t5 --config-name sft-0 trainer.per_device_train_batch_size=4
          dpost plan --config-path exp_config/t5 --config-name self-train --json
          dpost plan --config-path exp_config/t5 --config-name sft-0 --nproc 8 --rate 120000 --bandwidth 10
        """;

    public static Command Create(CommandConsole console)
    {
        var command = new Command("plan", Help);
        var arguments = new ConfigArguments(command, "sft-0");
        var device = new DeviceArguments(command);
        var json = CommandOption.Json(
            "Write one JSON object: stages, sampling, free_bytes, fits, remedies; with --nproc processes and stages (whole, sharded).");
        var processes = CommandOption.Of<int?>(
            "--nproc", "Plan for so many processes: the whole model on each, and shards of it.", "N").From(1);
        var rate = CommandOption.Of<double?>(
            "--rate", "GFLOP a second that each process reaches in training (the measured rate of dpost plan on such a machine).",
            "GFLOP").Above(0.0);
        var bandwidth = CommandOption.Of<double?>("--bandwidth", "GB a second that each process can send.", "GB").Above(0.0);
        command.Add(json);
        command.Add(processes);
        command.Add(rate);
        command.Add(bandwidth);
        command.SetAction(result =>
        {
            var (plans, sampling) = Plans(arguments.Path(result), arguments.Name(result), arguments.Overrides(result), console);
            if (result.GetValue(processes) is { } count)
            {
                var given = result.GetValue(rate) is { } gigaflops ? new TrainingRate(gigaflops * 1e9, double.PositiveInfinity) : null;
                var (speeds, source) = given is not null
                    ? ([.. plans.Select(_ => given)], "at the rate that --rate gives, AdamW left out")
                    : (Measured(device.Device(result)), "at the rate measured just now, "
                        + $"as if each process had a machine like this one to itself (--threads {device.Threads(result)})");
                var ranks = new RankPlanView(plans, count, speeds, source, result.GetValue(bandwidth) * 1e9);
                console.Write(result.GetValue(json), ranks.Json(), () => ranks.Write(console));
                return 0;
            }

            if ((result.GetValue(rate) ?? result.GetValue(bandwidth)) is not null)
            {
                throw new UserErrorException(
                    "--rate and --bandwidth are for several processes: add --nproc N, or leave them out to have this machine measured.");
            }

            var chosen = device.Device(result);
            var free = FreeMemory.Of(chosen);
            var view = new PlanView(plans, sampling, Measured(chosen), chosen.ToString(), free);
            console.Write(result.GetValue(json), view.Json(), () => view.Write(console));
            return view.Fits ? 0 : Cli.UserError;

            IReadOnlyList<TrainingRate> Measured(TorchSharp.torch.Device on) =>
                StageProgress.Watch(console, reporter => Rates(plans, on, result.GetValue(processes) ?? 1, reporter, console.Cancel));
        });
        return command;
    }

    private static (IReadOnlyList<TrainingPlan> Plans, SamplingMemory? Sampling) Plans(
        string path, string name, string[] overrides, CommandConsole console)
    {
        if (RunCommand.Describes(path, name, overrides))
        {
            var loop = RunCommand.Plan(path, name, overrides, console);
            return (TrainingPlans.Of(loop), TrainingPlans.SamplingOf(loop));
        }

        var options = ConfigArguments.Bind(ConfigComposer.ComposeExperiment(path, name, overrides), console);
        return ([TrainingPlans.Of(options, RunPaths.Here(options), new StageConfig(path, name, overrides))], null);
    }

    // The stages of a run that have the same objective train in the same way: one measurement each.
    private static IReadOnlyList<TrainingRate> Rates(
        IReadOnlyList<TrainingPlan> plans, TorchSharp.torch.Device device, int processes, IStageReporter reporter, CancellationToken cancel)
    {
        var ways = plans.DistinctBy(p => p.Objective, StringComparer.Ordinal).ToArray();
        reporter.Begin("plan", "measures how fast this machine trains", ways.Length, "measurements");
        var rates = new Dictionary<string, TrainingRate>(StringComparer.Ordinal);
        foreach (var plan in ways)
        {
            cancel.ThrowIfCancellationRequested();
            rates[plan.Objective] = TrainingRateProbe.Run(plan, device, processes);
            reporter.Advance(rates.Count);
        }

        reporter.End("measured");
        return [.. plans.Select(p => rates[p.Objective])];
    }
}
