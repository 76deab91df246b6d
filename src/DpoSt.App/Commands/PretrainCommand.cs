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
        var folder = new Option<string>("--output") { Description = "The model's folder.", Required = true };
        var steps = new Option<long>("--steps") { Description = "Optimizer steps.", DefaultValueFactory = _ => defaults.Steps }.From(1L);
        var batch = new Option<int>("--batch-size") { Description = "Rows a step.", DefaultValueFactory = _ => defaults.BatchSize }.From(1, Limits.Rows);
        var rate = new Option<double>("--learning-rate") { Description = "The peak; it decays linearly to zero.", DefaultValueFactory = _ => defaults.LearningRate }.From(0.0, 1.0);
        var seed = new Option<long>("--seed") { Description = "Of the problems, their order and the first weights.", DefaultValueFactory = _ => defaults.Seed }.From(0L);
        var command = new Command("pretrain", CommandHelp.Of(
            "Make the demo's base model: a small T5 and its vocabulary, trained on arithmetic, on word problems of one step and on stories with spans to fill in.",
            "dpost pretrain --output my_base")) { folder, steps, batch, rate, seed };
        command.SetAction(parsed =>
        {
            var options = defaults with { Steps = parsed.GetValue(steps), BatchSize = parsed.GetValue(batch), LearningRate = parsed.GetValue(rate), Seed = parsed.GetValue(seed) };
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
