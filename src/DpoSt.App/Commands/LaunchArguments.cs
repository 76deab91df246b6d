using System.CommandLine;
using DpoSt.App.Console;
using DpoSt.Configuration;
using TorchSharp;

namespace DpoSt.App.Commands;

/// <summary>Where a stage computes: the device, and what a launch file says about it.</summary>
internal sealed class LaunchArguments
{
    private readonly DeviceArguments device;
    private readonly Option<string> launch = new("--launch") { Description = "A launch file (accelerate's acc_config/*.yaml).", HelpName = "FILE" };

    /// <summary>Adds the options to a command.</summary>
    public LaunchArguments(Command command)
    {
        device = new DeviceArguments(command);
        command.Add(launch);
    }

    /// <summary>The device, with libtorch loaded and its threads set.</summary>
    /// <exception cref="UserErrorException">The launch file asks for what is not supported, or the device is not there.</exception>
    public torch.Device Device(ParseResult result, CommandConsole console)
    {
        if (result.GetValue(launch) is not { } file)
        {
            return device.Device(result);
        }

        var options = LaunchOptions.Load(file);
        if (options.Processes > 1)
        {
            console.Error.WriteLine($"{file} asks for {options.Processes} processes, but one is used so far: for the same batch multiply trainer.gradient_accumulation_steps by {options.Processes}.");
        }

        return device.Device(result, options.UseCpu);
    }
}
