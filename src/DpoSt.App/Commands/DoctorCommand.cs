using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Diagnosis;
using DpoSt.Parallel;
using Spectre.Console;

namespace DpoSt.App.Commands;

/// <summary><c>dpost doctor</c>: whether this machine computes right.</summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    // What the examination starts to send it a signal.
    private static readonly Option<bool> Waits = new(Doctor.WaitOption) { Hidden = true };

    public static Command Create(CommandConsole console)
    {
        var folder = CommandOption.PathArgument("FOLDER", "Where runs would write.");
        folder.DefaultValueFactory = _ => ".";
        var json = CommandOption.Json("Write one JSON object: ok, and checks with name, state, measured, advice, error, tolerance.");
        var command = new Command("doctor", CommandHelp.Of(
            "Say whether this machine computes right: libtorch, every kernel beside a plain one, bf16, signals, ranks, memory, disk, "
            + "terminal, and the same on each GPU. A line a check: green, yellow (worth knowing) or red (results or runs would fail). "
            + "Exit code 1 where one is red.",
            "dpost doctor",
            "dpost doctor --device cpu --json")) { folder, json, Waits };
        var device = new DeviceArguments(command);
        command.SetAction(parsed => parsed.GetValue(Waits) ? Wait(console) : RankEnvironment.Current is null
            ? Examine(console, device, parsed, parsed.GetValue(folder)!, parsed.GetValue(json))
            : AsRank(console, device, parsed));
        return command;
    }

    private static int Wait(CommandConsole console)
    {
        console.Out.WriteLine("waiting");
        console.Cancel.WaitHandle.WaitOne(Patience);
        console.Cancel.ThrowIfCancellationRequested();
        return 0;
    }

    private static int Examine(CommandConsole console, DeviceArguments device, ParseResult parsed, string folder, bool json)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException($"{folder} is no folder: name the one that runs would write in.");
        }

        var results = new List<CheckResult>();
        var rich = console.Results();
        var asked = new Examination(folder, device.Name(parsed), device.Threads(parsed), OwnProgram.Words, Terminal(console));
        foreach (var result in Doctor.Examine(asked, console.Cancel))
        {
            results.Add(result);
            if (!json)
            {
                Write(rich, result);
            }
        }

        var isWell = results.TrueForAll(result => result.State != CheckState.Red);
        console.Write(json, new { Ok = isWell, Checks = results }, () => console.Out.WriteLine(
            $"{Counted.Of(results.Count, "check")}: {Count(CheckState.Green)} green, {Count(CheckState.Yellow)} yellow, "
            + $"{Count(CheckState.Red)} red"));
        return isWell ? 0 : Cli.Failure;

        int Count(CheckState state) => results.Count(result => result.State == state);
    }

    // One that waits for ever for another would keep the examination waiting.
    private static int AsRank(CommandConsole console, DeviceArguments device, ParseResult parsed)
    {
        using var watchdog = new Timer(_ =>
        {
            System.Console.Error.WriteLine($"a rank waited {Patience.TotalSeconds} seconds for another");
            RankJob.Leave(Cli.Failure);
        }, null, Patience, Timeout.InfiniteTimeSpan);
        var place = device.Device(parsed);
        return RankJob.Run(place, group => Doctor.AsRank(group, place)) is { } wrong
            ? throw new UserErrorException($"wrong between ranks: {wrong}")
            : 0;
    }

    private static void Write(IAnsiConsole rich, CheckResult result)
    {
        var (word, colour) = result.State switch
        {
            CheckState.Green => ("green ", Color.Green),
            CheckState.Yellow => ("yellow", Color.Yellow),
            _ => ("red   ", Color.Red),
        };
        var advice = result.Advice is { } text ? $"; {text}" : "";
        rich.Write(new Spectre.Console.Text($"{word} ", new Style(colour)));
        rich.WriteLine(Shown.Printable($"{result.Name}: {result.Measured}{advice}"));
    }

    private static TerminalFacts Terminal(CommandConsole console)
    {
        var profile = console.Results().Profile;
        string?[] variables = ["LC_ALL", "LC_CTYPE", "LANG"];
        var locale = Array.Find([.. variables.Select(name => Environment.GetEnvironmentVariable(name!))], v => !string.IsNullOrEmpty(v));
        var colours = profile.Capabilities.ColorSystem switch
        {
            ColorSystem.NoColors => "no colours",
            ColorSystem.TrueColor => "all colours",
            ColorSystem.Legacy => "8 colours",
            ColorSystem.Standard => "16 colours",
            _ => "256 colours",
        };
        return new(profile.Out.IsTerminal, profile.Width, colours, locale);
    }
}
