using System.CommandLine;
using DpoSt.Answering;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Configuration.Composition;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining;

namespace DpoSt.App.Commands;

/// <summary>The stages as commands of their own, named as in the paper's code.</summary>
internal static class StageCommands
{
    /// <summary>One command a stage.</summary>
    public static IEnumerable<Command> Create(CommandConsole console) =>
    [
        Stage(
            console, "sft", "sft-0", "Fine-tune a model on questions with rationales.",
            "dpost sft --config-name sft-0 trainer.num_train_epochs=2", overRanks: true),
        Stage(
            console, "generate", "sft-0", "Let a run's model answer a data set.",
            "dpost generate --config-name sft-0 +data.split=train eval.mode=sampling eval.sampling.max_seed=5",
            Format("Write"), overRanks: true),
        Stage(
            console, "eval-sampling", "sft-0", "Label samples by their final answers and estimate pass@k.",
            "dpost eval-sampling --config-name sft-0 +data.split=train eval.mode=sampling eval.sampling.max_seed=5",
            Format("Insist on")),
        Stage(console, "make-dpo-data", "sft-0", "Pair right samples with wrong ones.", "dpost make-dpo-data --config-name sft-0"),
        Stage(console, "dpo", "dpo-1", "Tune a model on preference pairs.", "dpost dpo --config-name dpo-1", overRanks: true),
        Stage(
            console, "make-rft-data", "dpo-1", "Keep right samples as rationales for the next fine-tuning.",
            "dpost make-rft-data --config-name dpo-1"),
        Stage(
            console, "eval-greedy", "sft-0", "Count the right greedy answers.",
            "dpost eval-greedy --config-name sft-0 +data.split=test", Format("Insist on")),
    ];

    private static bool Sets(string[] overrides, string key) =>
        overrides.Any(text => PrefixedOverrides.Bare(text).StartsWith($"{key}=", StringComparison.Ordinal));

    private static Option<SampleFormat?> Format(string verb) => CommandOption.Of<SampleFormat?>(
        "--format", $"{verb} sample files of dpost or of the paper's code; "
        + $"without it {(verb == "Write" ? "dpost's" : "the file tells")}.", "dpost|reference");

    private static Command Stage(
        CommandConsole console, string name, string defaultConfig, string what, string example,
        Option<SampleFormat?>? format = null, bool overRanks = false)
    {
        var command = new Command(name, CommandHelp.Of(what, example));
        var fresh = overRanks ? CommandOption.Fresh() : null;
        if (fresh is not null)
        {
            command.Add(fresh);
        }

        var trains = name is "sft" or "dpo";
        var arguments = new ConfigArguments(command, defaultConfig, fetches: trains);
        var launch = new LaunchArguments(command, overRanks);
        if (format is not null)
        {
            command.Add(format);
        }

        command.SetAction(result =>
        {
            if (trains)
            {
                arguments.Fetch(result, console);
            }

            if (overRanks && launch.RunAsRanks(result, console) is { } code)
            {
                return code;                                   // the first rank has said what there is to say
            }

            var options = arguments.Options(result, console);
            var overrides = arguments.Overrides(result);
            if (name == "sft" && Sets(overrides, "data.train_data_path") && !Sets(overrides, "data.data_path"))
            {
                console.Error.WriteLine(
                    $"data.train_data_path is what is sampled; dpost sft trains on data.data_path, which is {options.Data.DataPath}.");
            }

            var device = launch.Device(result, console);
            var stages = new ConfiguredStages(
                options, RunPaths.Here(options), new StageConfig(arguments.Path(result), arguments.Name(result), overrides))
            {
                Format = format is null ? null : result.GetValue(format),
                Precision = launch.Precision(result),
            };
            var summary = RankJob.Run(device, group => StageProgress.Watch(console, reporter =>
            {
                var text = stages.Do(name, new RunContext(device, group, reporter, console.Cancel)
                {
                    Fresh = fresh is null || result.GetValue(fresh),               // what takes no time is done whenever it is asked for
                    Shards = launch.Shards(result),
                });
                reporter.End("");                                  // the result is for standard output, once
                return text;
            }));
            console.Out.WriteLine(summary);
            return 0;
        });
        return command;
    }
}
