using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Launch;
using DpoSt.Evaluation;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining;

namespace DpoSt.App.Commands;

/// <summary><c>dpost run</c>: the whole loop, resumed from what is there.</summary>
internal static class RunCommand
{
    private const string Help = """
        Run the whole loop: fine-tune, then each iteration sample, pair, DPO, sample, keep right answers, fine-tune again; then evaluate.
        What is done already is not done again; a changed option redoes what depends on it.
        Overrides change the run's own file; with sft. or dpo. before the key they change the file of that stage.
        With --nproc several processes train and answer together.
        --dry-run lists the stages; --from, --until and --only run a part of them, and take the rest as it is.

        Example:
          dpost run --config-path exp_config/t5 --config-name self-train loop.iterations=1 sft.trainer.num_train_epochs=2
          dpost run --dry-run
          dpost run --from "sample sft-0" --until dpo-1
        """;

    public static Command Create(CommandConsole console)
    {
        var command = new Command("run", Help);
        var arguments = new ConfigArguments(command, "self-train", fetches: true);
        var launch = new LaunchArguments(command, overRanks: true);
        var dryRun = CommandOption.Of<bool>("--dry-run", "Say what would run, what is done and what each stage takes; run nothing.");
        var from = CommandOption.Of<string>("--from", "The first stage to run.", "STAGE");
        var until = CommandOption.Of<string>("--until", "The last stage to run.", "STAGE");
        var only = CommandOption.Of<string>("--only", "The only stage to run.", "STAGE");
        var fresh = CommandOption.Fresh();
        foreach (var option in (Option[])[dryRun, from, until, only, fresh])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(only) is not null && (result.GetResult(from) is not null || result.GetResult(until) is not null))
            {
                result.AddError("--only is a part by itself: leave --from and --until out");
            }
        });
        command.SetAction(result =>
        {
            if (!result.GetValue(dryRun))
            {
                arguments.Fetch(result, console);
                if (launch.RunAsRanks(result, console) is { } code)
                {
                    return code;                               // the first rank has said what there is to say
                }
            }

            var plan = Plan(arguments.Path(result), arguments.Name(result), arguments.Overrides(result), console, launch.Precision(result));
            var device = launch.Device(result, console);
            var selection = new StageSelection(
                result.GetValue(only) ?? result.GetValue(from), result.GetValue(only) ?? result.GetValue(until));
            if (result.GetValue(dryRun))
            {
                StageTable.Write(console.Results(), StageProgress.Watch(
                    console, reporter => SelfTrainingLoop.Plan(plan, selection, Context(reporter, new SingleProcess()))));
                if (plan.Trains is { } trained)
                {
                    console.Out.WriteLine($"fine-tuning changes {trained}");
                }
            }
            else
            {
                Show(console, plan, RankJob.Run(device, group => StageProgress.Watch(
                    console, reporter => SelfTrainingLoop.Run(plan, selection, Context(reporter, group)))));
            }

            return 0;

            RunContext Context(IStageReporter reporter, IProcessGroup group) =>
                new(device, group, reporter, console.Cancel) { Fresh = result.GetValue(fresh), Shards = launch.Shards(result) };
        });
        return command;
    }

    /// <summary>Whether a configuration is one of a whole run, and not of a stage.</summary>
    public static bool Describes(string path, string name, IReadOnlyList<string> overrides) =>
        ConfigComposer.ComposeExperiment(path, name, PrefixedOverrides.Without(overrides, "sft.", "dpo.")).Has("loop");

    /// <summary>The plan that a configuration folder describes; <paramref name="precision"/> decides where it does not.</summary>
    public static LoopPlan Plan(
        string path, string name, IReadOnlyList<string> overrides, CommandConsole console, MixedPrecision precision = MixedPrecision.No)
    {
        var configuration = new LoopConfiguration(path, name, overrides);
        var said = new HashSet<string>(StringComparer.Ordinal);           // the files of one run often build on each other
        foreach (var (file, keys) in configuration.Ignored)
        {
            ConfigArguments.SayIgnored(file, [.. keys.Where(said.Add)], console);
        }

        ConfigArguments.SayName(configuration.NameNote, console);
        return configuration.Plan(precision);
    }

    /// <summary>What came of a run: its table, and what it has not learnt.</summary>
    public static void Show(CommandConsole console, LoopPlan plan, IReadOnlyList<EvaluationRow> rows)
    {
        if (rows.Count > 0)
        {
            ResultTable.Write(console.Results(), rows);
            RunSummary.FindingsOf(plan.Folder).ToList().ForEach(console.Out.WriteLine);
        }
    }
}
