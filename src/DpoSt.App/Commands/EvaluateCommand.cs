using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Evaluation;
using DpoSt.Parallel;
using DpoSt.Runs;

namespace DpoSt.App.Commands;

/// <summary><c>dpost evaluate</c>: a model on a file of questions.</summary>
internal static class EvaluateCommand
{
    public static Command Create(CommandConsole console)
    {
        var defaults = new EvaluationOptions("", "");
        var model = new Option<string>("--model") { Description = "A folder with a model.", HelpName = "DIR", Required = true };
        var data = new Option<string>("--data") { Description = "Questions: JSON lines (GSM8K's own too), SVAMP, MultiArith or ASDiv as published.", HelpName = "FILE", Required = true };
        var samples = new Option<int>("--samples") { Description = "Sample so many answers a question besides, for pass@k and maj@k." }.From(0, Limits.Samples);
        var temperature = new Option<double>("--temperature") { Description = "Of the samples.", DefaultValueFactory = _ => defaults.Answers.Decoding.Temperature }.Above(0.0);
        var seed = new Option<long>("--seed") { Description = "Of the samples.", DefaultValueFactory = _ => (long)defaults.Answers.Decoding.Seed };
        var noCalculator = new Option<bool>("--no-calculator") { Description = "Let the model write the results itself." };
        var output = new Option<string?>("--output") { Description = "Where the answers go; beside the questions unless told otherwise.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Write one JSON object." };
        var command = new Command("evaluate", CommandHelp.Of(
            "Let a model answer questions and count what is right: greedily, and by samples. Every answer is kept, to be read and for dpost compare.",
            "dpost evaluate --model ft_models/t5/sft-0 --data data/test.jsonl --samples 8"))
        { model, data, samples, temperature, seed, noCalculator, output, json };
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(samples) == 0 && Array.Find<Option>([temperature, seed], o => parsed.GetResult(o) is { Implicit: false }) is { } given)
            {
                throw new UserErrorException($"{given.Name} is of the samples: add --samples N, or leave it out.");
            }

            var options = defaults with
            {
                Model = parsed.GetValue(model)!,
                Data = parsed.GetValue(data)!,
                Output = parsed.GetValue(output),
                Samples = parsed.GetValue(samples),
                Answers = defaults.Answers with
                {
                    UseCalculator = !parsed.GetValue(noCalculator),
                    Decoding = defaults.Answers.Decoding with { Temperature = parsed.GetValue(temperature), Seed = (ulong)parsed.GetValue(seed) },
                },
            };
            var place = device.Device(parsed);
            var report = StageProgress.Watch(console, reporter =>
            {
                var found = DataSetEvaluation.Run(options, new RunContext(place, new SingleProcess(), reporter, console.Cancel));
                reporter.End($"answers in {found.Answers}");
                return found;
            });
            if (parsed.GetValue(json))
            {
                console.WriteJson(report);
            }
            else
            {
                EvaluationTables.Write(console.Results(), report);
            }
        });
        return command;
    }
}
