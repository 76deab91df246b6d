using System.CommandLine;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;
using DpoSt.Parallel;
using DpoSt.SelfTraining;

namespace DpoSt.App.Commands.Arguments;

/// <summary>What every command that reads a configuration file takes: the file and overrides.</summary>
internal sealed class ConfigArguments
{
    private readonly Option<string> path =
        CommandOption.Of<string>(
            "--config-path", "The folder of configuration files; "
            + "without it exp_config/t5, or where that is not there the only one in exp_config that has the file.", "DIR");
    private readonly Option<string> name;
    private readonly Argument<string[]> overrides = OverrideArgument.Create(
        "key=value changes a key, +key=value adds one, ~key removes one.");

    private readonly DownloadArgument? download;

    /// <summary>Adds the arguments to a command, which reads <paramref name="defaultName"/> unless told otherwise.</summary>
    public ConfigArguments(Command command, string defaultName, bool fetches = false)
    {
        download = fetches ? new DownloadArgument(command) : null;
        name = CommandOption.Of<string>("--config-name", "The file in it, without .yaml.").Or(defaultName);
        command.Add(path);
        command.Add(name);
        command.Add(overrides);
    }

    /// <summary>The folder of configuration files.</summary>
    public string Path(ParseResult result) => result.GetValue(path) ?? ConfigFolders.Default(Name(result));

    /// <summary>The configuration file's name.</summary>
    public string Name(ParseResult result) => result.GetValue(name)!;

    /// <summary>The overrides as written.</summary>
    public string[] Overrides(ParseResult result) => result.GetValue(overrides) ?? [];

    /// <summary>Fetches the model that a run starts from, where it is named as on the hub, is not here, and a person wants that; and data
    /// that are named so.</summary>
    public void Fetch(ParseResult result, CommandConsole console)
    {
        if (RankEnvironment.Current is null)                       // of several processes the one that starts them has done it
        {
            var own = PrefixedOverrides.Without(Overrides(result), "sft.", "dpo.");
            var options = ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.ComposeExperiment(Path(result), Name(result), own)).Options;
            download!.Ready(result, options.Model.ModelPath, RunPaths.Here(options).DataFolder, console);
            NamedData.Resolve(options);
        }
    }

    /// <summary>Composes and binds the configuration; what is ignored in it is said once.</summary>
    public ExperimentOptions Options(ParseResult result, CommandConsole console) =>
        Bind(ConfigComposer.ComposeExperiment(Path(result), Name(result), Overrides(result)), console);

    /// <summary>Binds a configuration; what is ignored in it is said once.</summary>
    public static ExperimentOptions Bind(ComposedConfig config, CommandConsole console)
    {
        var (options, ignored) = ConfigBinder.Bind<ExperimentOptions>(config);
        SayIgnored(config.File, ignored, console);
        SayName(config.NameNote, console);
        return NamedData.Resolve(options);
    }

    /// <summary>Says what an experiment without a name of its own is called.</summary>
    public static void SayName(string? note, CommandConsole console)
    {
        if (note is not null)
        {
            console.Error.WriteLine(note);
        }
    }

    /// <summary>Says which keys of a file have no meaning here, if any.</summary>
    public static void SayIgnored(string file, IReadOnlyList<string> ignored, CommandConsole console)
    {
        if (ignored.Count > 0)
        {
            var (has, are) = ignored.Count == 1 ? ("has", "is") : ("have", "are");
            var device = ignored.Any(key => key is "trainer.no_cuda" or "trainer.use_cpu") ? " (--device cpu computes on the CPU)" : "";
            console.Error.WriteLine($"{file}: {string.Join(", ", ignored)} {has} no meaning here and {are} ignored{device}.");
        }
    }
}
