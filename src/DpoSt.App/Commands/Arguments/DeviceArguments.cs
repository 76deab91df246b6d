using System.CommandLine;
using DpoSt.Configuration;
using DpoSt.Parallel;
using DpoSt.Tensors.Devices;
using TorchSharp;

namespace DpoSt.App.Commands.Arguments;

/// <summary>Where a command computes.</summary>
internal sealed class DeviceArguments
{
    private readonly Option<string> device = CommandOption.Of<string>("--device", "auto, cpu or cuda:N.").Or("auto");
    private readonly Option<int> threads =
        CommandOption.Of<int>("--threads", "Threads on the CPU.")
            .Or(Math.Max(1, Environment.ProcessorCount / (RankEnvironment.Current?.LocalSize ?? 1))).From(1, Limits.Threads);

    /// <summary>Adds the options to a command.</summary>
    public DeviceArguments(Command command)
    {
        device.CompletionSources.Add("auto", "cpu", "cuda");
        command.Add(device);
        command.Add(threads);
    }

    /// <summary>How many threads compute where the device is the CPU.</summary>
    public int Threads(ParseResult result) => result.GetValue(threads);

    /// <summary>What was asked for.</summary>
    public string Name(ParseResult result) => result.GetValue(device)!;

    /// <summary>The device, with libtorch loaded and its threads set; <paramref name="preferCpu"/> decides what "auto" is.</summary>
    public torch.Device Device(ParseResult result, bool preferCpu = false)
    {
        var name = result.GetValue(device)!;
        if (RankEnvironment.Current is not null && name.StartsWith("cuda:", StringComparison.Ordinal))
        {
            throw new UserErrorException(
                $"--device is {name}, but each of several processes takes a GPU of its own: "
                + "use --device cuda, and CUDA_VISIBLE_DEVICES=0,1,... to choose them.");
        }

        var chosen = ComputeDevice.Parse(preferCpu && name == "auto" ? "cpu" : name);
        ComputeThreads.Use(Threads(result));
        return chosen;
    }
}
