using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.App.Demo;
using DpoSt.Benchmarks;
using static DpoSt.App.Commands.Bench.BenchCommand;

namespace DpoSt.App.Commands.Bench;

/// <summary><c>dpost bench generate</c>: how fast this machine decodes.</summary>
internal static class BenchGenerateCommand
{
    public static Command Create(CommandConsole console)
    {
        var models = ModelOption();
        var batches = CommandOption.Of<int[]>("--batch", "Batch sizes (1 8 16 32 128 unless told otherwise).").From(1);
        batches.AllowMultipleArgumentsPerToken = true;
        var runs = CommandOption.Of<int>("--runs", "Runs of plain decoding, after one to warm up.").Or(3).From(1);
        var pairs = CommandOption.Of<int>(
            "--pairs", "Pairs of runs to compare two ways, after one to warm up; 0 leaves the comparison out.").Or(7).From(0);
        var tokenizer = CommandOption.Of<string?>(
            "--tokenizer", "A folder with a tokenizer; the embedded one where not given.", "DIR-OR-FILE");
        var data = CommandOption.Of<string?>(
            "--data", "Rationales in GSM8K's form to lead rows along; the embedded problems' where not given.", "FILE");
        var protocol = CommandOption.Of<string>(
            "--protocol",
            "tokens: tokens a second, with and without the calculator; lengths: continuous against static batching, shared prompts "
            + "against none; stage: questions a second of the demo's whole sampling stage.").Or("tokens");
        protocol.AcceptOnlyFromAmong("tokens", "lengths", "stage");
        var dtypes = Dtypes("Types of matrix products (fp32 and bf16 unless told otherwise; --protocol lengths is in fp32).");
        var json = CommandOption.Json();
        var command = new Command("generate", CommandHelp.Of(
            "Measure decoding on a T5 of 70.7 million parameters and a Llama of 58.1 million with random weights: "
            + "120 prompt tokens, 128 new tokens. With --pairs 0 that takes about five minutes on two cores, "
            + "with every option as it is far longer.",
            "dpost bench generate --batch 1 8 --json"))
        { models, batches, runs, pairs, dtypes, tokenizer, data, protocol, json };
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            var place = device.Device(parsed);
            using var unpacked = new ScratchFolder();
            if (parsed.GetValue(protocol) == "stage")
            {
                DemoFolder.Lay(unpacked.Path, DemoFolder.Seed);
                var types = Chosen(parsed, dtypes, "fp32", "bf16");
                Write(
                    console, parsed.GetValue(json),
                    reporter => DecodeBenchmarks.Stage(unpacked.Path, types, place, parsed.GetValue(runs), reporter, console.Cancel),
                    ["model", "dtype", "mode", "batch", "answers a question", "questions/s", "slowest", "fastest"],
                    r => [
                        r.Model, r.Dtype, r.Mode, Number(r.Batch), Number(r.Samples), Number(r.QuestionsPerS), Number(r.Spread[0]),
                        Number(r.Spread[1])
                    ]);
                return;
            }

            var options = new DecodeBenchOptions(
                Chosen(parsed, batches, 1, 8, 16, 32, 128), parsed.GetValue(runs), parsed.GetValue(pairs),
                Tokenizer(parsed.GetValue(tokenizer), unpacked),
                [.. Rationales(parsed.GetValue(data)).Select(row => row.Answer)],
                Chosen(parsed, models, "t5", "llama"), Chosen(parsed, dtypes, "fp32", "bf16"), place);
            var lengths = parsed.GetValue(protocol) == "lengths";
            if (lengths && options.Pairs < 1)
            {
                throw new UserErrorException("--protocol lengths compares runs: --pairs must be at least 1.");
            }

            if (lengths)
            {
                Write(
                    console, parsed.GetValue(json), reporter => DecodeBenchmarks.Lengths(options, reporter, console.Cancel),
                    ["model", "compared", "batch", "questions/s", "baseline/s", "ratio"],
                    r => [r.Model, r.Compared, Number(r.Batch), Number(r.QuestionsPerS), Number(r.BaselinePerS), Number(r.Ratio)]);
            }
            else
            {
                Write(
                    console, parsed.GetValue(json), reporter => DecodeBenchmarks.Generate(options, reporter, console.Cancel),
                    ["model", "dtype", "mode", "batch", "tokens/s", "slowest", "fastest", "to script", "ceiling"],
                    r => [
                        r.Model, r.Dtype, r.Mode, Number(r.Batch), Number(r.TokensPerS), Number(r.Spread[0]), Number(r.Spread[1]),
                        Number(r.RatioToScript), Number(r.Ceiling)
                    ]);
            }
        });
        return command;
    }
}
