using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Configuration;
using DpoSt.Evaluation;
using DpoSt.Hub;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining;

namespace DpoSt.App.Commands;

/// <summary><c>dpost evaluate</c>: a model on a file of questions.</summary>
internal static class EvaluateCommand
{
    public static Command Create(CommandConsole console)
    {
        var defaults = new EvaluationOptions("", "");
        var model = CommandOption.Model();
        var data = CommandOption.Of<string>(
            "--data", "Questions: JSON lines (GSM8K's own too), SVAMP, MultiArith or ASDiv as published.", "FILE").Needed();
        var samples = CommandOption.Of<int>(
            "--samples", "Sample so many answers a question too, for pass@k and maj@k.").From(0, Limits.Samples);
        var temperature = CommandOption.Of<double>("--temperature", "Of the samples.").Or(defaults.Answers.Decoding.Temperature).Above(0.0);
        var seed = CommandOption.Of<long>("--seed", "Of the samples.").Or((long)defaults.Answers.Decoding.Seed);
        var count = CommandOption.Of<int>("--max-new-tokens", "The most tokens an answer may have.")
            .Or(defaults.Answers.Decoding.MaxNewTokens).From(1, Limits.Tokens);
        var noCalculator = CommandOption.Of<bool>("--no-calculator", "Let the model write the results itself.");
        var output = CommandOption.Of<string?>("--output", "Where the answers go; beside the questions unless told otherwise.", "FILE");
        var json = CommandOption.Json();
        var command = new Command("evaluate", CommandHelp.Of(
            "Let a model answer questions and count what is right: greedily, and by samples. "
            + "Every answer is kept, to be read and for dpost compare.",
            "dpost evaluate --model ft_models/t5/sft-0 --data data/test.jsonl --samples 8"))
        { model, data, samples, temperature, seed, count, noCalculator, output, json };
        var download = new DownloadArgument(command);
        var template = new TemplateArguments(command);
        var columns = new ColumnsArgument(command);
        var verifier = new VerifierArguments(command);
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            var keys = Array.Find<Option>([temperature, seed], o => parsed.GetResult(o) is { Implicit: false });
            if (parsed.GetValue(samples) == 0 && keys is { } given)
            {
                throw new UserErrorException($"{given.Name} is of the samples: add --samples N, or leave it out.");
            }

            var options = defaults with
            {
                Model = download.Folder(parsed, parsed.GetValue(model)!, console),
                Data = NamedData.File(parsed.GetValue(data)!),
                // A cache is no place for answers.
                Folder = DatasetName.IsOne(parsed.GetValue(data)!) ? Directory.GetCurrentDirectory() : null,
                Output = parsed.GetValue(output),
                Samples = parsed.GetValue(samples),
                Prompt = template.Options(parsed),
                Columns = columns.Columns(parsed),
                Verifier = verifier.Options(parsed),
                Answers = defaults.Answers with
                {
                    UseCalculator = !parsed.GetValue(noCalculator),
                    Decoding = defaults.Answers.Decoding with
                    {
                        MaxNewTokens = parsed.GetValue(count),
                        Temperature = parsed.GetValue(temperature),
                        Seed = (ulong)parsed.GetValue(seed),
                    },
                },
            };
            var place = device.Device(parsed);
            var report = StageProgress.Watch(console, reporter =>
            {
                var found = DataSetEvaluation.Run(options, new RunContext(place, new SingleProcess(), reporter, console.Cancel));
                reporter.End($"answers in {found.Answers}");
                return found;
            });
            console.Write(parsed.GetValue(json), report, () => EvaluationTables.Write(console.Results(), report));
        });
        return command;
    }
}
