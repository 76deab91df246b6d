using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Benchmarks;
using static DpoSt.App.Commands.Bench.BenchCommand;

namespace DpoSt.App.Commands.Bench;

/// <summary><c>dpost bench train</c>: how fast this machine trains.</summary>
internal static class BenchTrainCommand
{
    private const int RealRows = 768;

    public static Command Create(CommandConsole console)
    {
        var models = ModelOption();
        var modes = CommandOption.Of<string[]>(
            "--mode", "Fine-tuning, DPO (both unless told otherwise; --protocol real is fine-tuning).").SomeOf("sft", "dpo");
        var dtypes = Dtypes("Types of matrix products (fp32 and bf16 unless told otherwise; with --protocol real fp32).");
        var runs = CommandOption.Of<int?>(
            "--runs", "Steps that are timed (5 unless told otherwise), behind one to warm up; with --protocol real pairs of epochs (1).");
        runs.From(1);
        var rank = CommandOption.Of<int?>(
            "--lora", "Train an adapter of this rank of every matrix of the layers, in place of all weights.", "RANK");
        rank.From(1);
        var protocol = CommandOption.Of<string>(
            "--protocol",
            "steps: rows of one length; real: rows of --data, grouped by length against random batches that are padded.")
            .Or("steps").AcceptOnlyFromAmong("steps", "real");
        var tokenizer = CommandOption.Of<string?>(
            "--tokenizer", "A folder with a tokenizer, for --protocol real; the embedded one where not given.", "DIR-OR-FILE");
        var data = CommandOption.Of<string?>(
            "--data", $"Rationales in GSM8K's form for --protocol real, the first {RealRows} rows; "
            + "the embedded problems' where not given.", "FILE");
        var json = CommandOption.Json();
        var command = new Command("train", CommandHelp.Of(
            "Measure training on a T5 of 70.7 million parameters and a Llama of 58.1 million with random weights: "
            + "optimizer steps over 12 rows, or 12 pairs, of 120 prompt and 150 completion tokens. It takes some minutes on two cores.",
            "dpost bench train --model t5 --mode sft"))
        { models, modes, dtypes, runs, rank, protocol, tokenizer, data, json };
        var device = new DeviceArguments(command);
        command.Validators.Add(result =>
        {
            var isReal = result.GetValue(protocol) == "real";
            foreach (var given in new Option[] { data, tokenizer }.Where(o => result.GetResult(o) is not null && !isReal))
            {
                result.AddError($"{given.Name} is of --protocol real: add that, or leave it out");
            }
        });
        command.SetAction(parsed =>
        {
            var computes = device.Device(parsed);
            var real = parsed.GetValue(protocol) == "real";
            var options = new TrainBenchOptions(
                parsed.GetValue(runs) ?? (real ? 1 : 5), Chosen(parsed, models, "t5", "llama"), Chosen(parsed, modes, "sft", "dpo"),
                real ? Chosen(parsed, dtypes, "fp32") : Chosen(parsed, dtypes, "fp32", "bf16"), computes,
                parsed.GetValue(rank));
            if (real)
            {
                using var unpacked = new ScratchFolder();
                var rows = Rationales(parsed.GetValue(data)).Take(RealRows).ToList();
                var place = Tokenizer(parsed.GetValue(tokenizer), unpacked);
                Write(
                    console, parsed.GetValue(json), reporter => TrainBenchmarks.RealRows(options, rows, place, reporter, console.Cancel),
                    ["model", "dtype", "mode", "batch", "examples/s", "random, padded", "ratio"],
                    r => [r.Model, r.Dtype, r.Mode, Number(r.Batch), Number(r.ExamplesPerS), Number(r.PaddedPerS), Number(r.Ratio)]);
            }
            else
            {
                Write(
                    console, parsed.GetValue(json), reporter => TrainBenchmarks.Steps(options, reporter, console.Cancel),
                    ["model", "dtype", "mode", "batch", "examples/s", "slowest", "fastest", "without scoring"],
                    r => [
                        r.Model, r.Dtype, r.Mode, Number(r.Batch), Number(r.ExamplesPerS), Number(r.Spread[0]), Number(r.Spread[1]),
                        Number(r.WithoutScoring)
                    ]);
            }
        });
        return command;
    }
}
