using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Tensors.Devices;

namespace DpoSt.App.Commands;

/// <summary><c>dpost info</c>: what a report of a problem should begin with.</summary>
internal static class InfoCommand
{
    public static Command Create(CommandConsole console)
    {
        var json = CommandOption.Json();
        var command = new Command("info", CommandHelp.Of(
            "Show versions, the processor, devices, and which libtorch is in use.", "dpost info --json")) { json };
        command.SetAction(parsed =>
        {
            var info = MachineInfo.Read();
            console.Write(parsed.GetValue(json), info, () => console.WriteFacts(Facts(info)));
        });
        return command;
    }

    private static IEnumerable<(string Name, string Value)> Facts(MachineInfo info) =>
    [
        ("dpost", info.Dpost),
        (".NET", info.Dotnet),
        ("system", info.Os),
        ("processor", $"{info.Cpu} ({info.CpuCapability}, {info.Cores} cores)"),
        ("bf16 in halves", info.HalfProducts),
        ("libtorch", info.Libtorch is null ? info.Problem! : $"{info.Libtorch} in {info.LibtorchFolder ?? "the system's search path"}"),
        ("threads", info.Threads.ToString()),
        ("devices", string.Join(", ", info.Devices)),
    ];
}
