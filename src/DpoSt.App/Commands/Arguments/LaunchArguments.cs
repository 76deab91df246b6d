using System.CommandLine;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Configuration.Launch;
using DpoSt.Parallel;
using DpoSt.Tensors.Devices;
using TorchSharp;

namespace DpoSt.App.Commands.Arguments;

/// <summary>Where a stage computes: the device, how many processes, and what a launch file says about it.</summary>
internal sealed class LaunchArguments
{
    private readonly DeviceArguments device;
    private readonly Option<string> launch = CommandOption.Of<string>(
        "--launch", "A launch file (accelerate's acc_config/*.yaml).", "FILE");
    private readonly Option<int?>? processes;
    private readonly Option<bool>? insists;

    /// <summary>Adds the options to a command, with <c>--nproc</c> where it can work as several processes.</summary>
    public LaunchArguments(Command command, bool overRanks = false)
    {
        device = new DeviceArguments(command);
        command.Add(launch);
        if (overRanks)
        {
            processes = CommandOption.Of<int?>(
                "--nproc", "Processes on this machine that share the work (Open MPI).", "N").From(1, Limits.Processes);
            insists = CommandOption.Of<bool>("--force", "Start as many processes as asked for, also where fewer processors are here.");
            command.Add(processes);
            command.Add(insists);
        }
    }

    /// <summary>The device, with libtorch loaded and its threads set.</summary>
    /// <exception cref="UserErrorException">The launch file asks for what is not supported, or the device is not there.</exception>
    public torch.Device Device(ParseResult result, CommandConsole console)
    {
        var options = File(result);
        if (processes is null && RankEnvironment.Current is { } ranks)
        {
            throw new UserErrorException(
                $"dpost {result.CommandResult.Command.Name} works as one process, but mpirun has started {ranks.Size}: "
                + "start it without mpirun.");
        }

        if (processes is null && options?.Processes > 1)
        {
            console.Error.WriteLine(
                $"{result.GetValue(launch)} asks for {options.Processes} processes, but one is used so far: "
                + $"for the same batch multiply trainer.gradient_accumulation_steps by {options.Processes}.");
        }

        var chosen = device.Device(result, options?.UseCpu ?? false);
        if (RankEnvironment.Current is { } job && chosen.type == DeviceType.CPU)
        {
            var crowded = job.LocalSize > Environment.ProcessorCount
                ? $" here on {Counted.Of(Environment.ProcessorCount, "processor")}: fewer would be faster"
                : "";
            console.Error.WriteLine($"{job.Size} processes, {Counted.Of(device.Threads(result), "thread")} each{crowded}.");
        }

        return chosen;
    }

    /// <summary>The precision where the configuration does not decide.</summary>
    public MixedPrecision Precision(ParseResult result) => File(result)?.Precision ?? MixedPrecision.No;

    /// <summary>Whether every process keeps only its part of a model that is trained.</summary>
    public bool Shards(ParseResult result) =>
        File(result)?.Strategy is LaunchStrategy.FullyShardedDataParallel or LaunchStrategy.DeepSpeedZero3;

    /// <summary>Runs this command as several processes where it is to be; gives their exit code, null where this process does it.</summary>
    /// <exception cref="UserErrorException">Open MPI is not installed, or mpirun has started another number of processes.</exception>
    public int? RunAsRanks(ParseResult result, CommandConsole console)
    {
        var options = File(result);
        var wanted = result.GetValue(processes!);
        if (RankEnvironment.Current is { } ranks)
        {
            return wanted is null || wanted == ranks.Size
                ? null
                : throw new UserErrorException(
                    $"--nproc is {wanted}, but mpirun has started {ranks.Size} processes: leave --nproc out, or mpirun.");
        }

        var count = wanted ?? options?.Processes ?? 1;
        if (count == 1)
        {
            return null;
        }

        if (!result.GetValue(insists!))
        {
            Room(result, options).Check(
                wanted is null ? result.GetValue(launch)! : "--nproc", count,
                wanted is null && options is { UseCpu: false, Strategy: not LaunchStrategy.SingleProcess });
        }

        if (options?.Processes > 1)
        {
            console.Error.WriteLine(
                $"{result.GetValue(launch)}: {count} processes divide each batch of the configuration between them; "
                + $"for as many rows on each as it says, multiply trainer.gradient_accumulation_steps by {count}.");
        }

        return JobLauncher.Run(
            count, [.. OwnProgram.Words, .. result.Tokens.Select(token => token.Value)], console.Out, console.Error, console.Cancel);
    }

    // Whether there is a GPU is only asked where one would be used: that loads libtorch.
    private ProcessRoom Room(ParseResult result, LaunchOptions? options)
    {
        var name = device.Name(result);
        var gpus = name == "cpu" || (name == "auto" && options?.UseCpu == true) ? 0 : ComputeDevice.CudaDevices;
        return new(Environment.ProcessorCount, gpus, gpus > 0);
    }

    private LaunchOptions? File(ParseResult result) => result.GetValue(launch) is { } file ? LaunchOptions.Load(file) : null;
}
