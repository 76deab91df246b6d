using System.CommandLine;
using DpoSt.Configuration;
using TorchSharp;

namespace DpoSt.App.Commands;

/// <summary>What every command that reads a configuration file takes: the file, overrides and the device.</summary>
internal sealed class ConfigArguments
{
    private readonly Option<string> path = new("--config-path") { Description = "The folder of configuration files.", DefaultValueFactory = _ => "exp_config/t5" };
    private readonly Option<string> name;
    private readonly DeviceArguments device;
    private readonly Argument<string[]> overrides = OverrideArgument.Create("key=value changes a key, +key=value adds one, ~key removes one.");

    /// <summary>Adds the arguments to a command; <paramref name="defaultName"/> is the configuration it reads unless told otherwise.</summary>
    public ConfigArguments(Command command, string defaultName)
    {
        name = new Option<string>("--config-name") { Description = "The file in it, without .yaml.", DefaultValueFactory = _ => defaultName };
        command.Add(path);
        command.Add(name);
        device = new DeviceArguments(command);
        command.Add(overrides);
    }

    /// <summary>The folder of configuration files.</summary>
    public string Path(ParseResult result) => result.GetValue(path)!;

    /// <summary>The configuration file's name.</summary>
    public string Name(ParseResult result) => result.GetValue(name)!;

    /// <summary>The overrides as written.</summary>
    public string[] Overrides(ParseResult result) => result.GetValue(overrides) ?? [];

    /// <summary>Composes and binds the configuration.</summary>
    public ExperimentOptions Options(ParseResult result) => Bind(Path(result), Name(result), Overrides(result));

    /// <summary>Composes and binds any configuration.</summary>
    public static ExperimentOptions Bind(string path, string name, IEnumerable<string> overrides) =>
        ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.Compose(path, name, overrides)).Options;

    /// <summary>The device, with libtorch loaded and its threads set.</summary>
    public torch.Device Device(ParseResult result) => device.Device(result);
}
