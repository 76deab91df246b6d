using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.Tensors.Devices;

namespace DpoSt.App.Commands;

/// <summary><c>dpost pretrain</c>: makes the small base model that the demo starts from.</summary>
internal static class PretrainCommand
{
    public static Command Create(CommandConsole console)
    {
        var defaults = new PretrainingOptions();
        var folder = CommandOption.Of<string>("--output", "The model's folder.").Needed();
        var steps = CommandOption.Of<long>("--steps", "Optimizer steps.").Or(defaults.Steps).From(1L);
        var batch = CommandOption.Of<int>("--batch-size", "Rows a step.").Or(defaults.BatchSize).From(1, Limits.Rows);
        var rate = CommandOption.Of<double>(
            "--learning-rate", "The peak; it decays linearly to zero.").Or(defaults.LearningRate).From(0.0, 1.0);
        var seed = CommandOption.Of<long>("--seed", "Of the problems, their order and the first weights.").Or(defaults.Seed).From(0L);
        var several = CommandOption.Of<int>(
            "--several-steps", "Problems of several steps among the rows: a base for studies of other kinds of problems.", "N")
            .Or(0).From(0, 1_000_000);
        var from = CommandOption.Of<string>("--from", "Go on from this model instead of a new one.", "DIR");
        var command = new Command("pretrain", CommandHelp.Of(
            "Make a small base model: a small T5 and its vocabulary, trained on arithmetic, "
            + "on word problems of one step and on stories with spans to fill in.",
            "dpost pretrain --output my_base",
            "dpost pretrain --from my_base --several-steps 60000 --output my_study_base"))
        {
            folder, steps, batch, rate, seed, several, from,
        };
        var download = new DownloadArgument(command);
        command.SetAction(parsed =>
        {
            var options = defaults with
            {
                Steps = parsed.GetValue(steps),
                BatchSize = parsed.GetValue(batch),
                LearningRate = parsed.GetValue(rate),
                Seed = parsed.GetValue(seed),
                SeveralStepRows = parsed.GetValue(several),
                From = parsed.GetValue(from) is { } first ? download.Folder(parsed, first, console) : null,
            };
            var output = parsed.GetValue(folder)!;
            ComputeThreads.Use(Environment.ProcessorCount);
            StageProgress.Watch(console, reporter =>
            {
                var context = new RunContext(TorchSharp.torch.CPU, new SingleProcess(), reporter, console.Cancel);
                reporter.End(Pretraining.Run(output, options, context));
                return 0;
            });
        });
        return command;
    }
}
