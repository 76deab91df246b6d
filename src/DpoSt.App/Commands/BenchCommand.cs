using System.CommandLine;
using System.Globalization;
using DpoSt.App.Console;
using DpoSt.App.Demo;
using DpoSt.Benchmarks;
using DpoSt.Data.ReferenceFormats;
using DpoSt.Data.Synthetic;
using Spectre.Console;

namespace DpoSt.App.Commands;

/// <summary><c>dpost bench</c>: how fast this machine decodes.</summary>
internal static class BenchCommand
{
    private const int EmbeddedAnswers = 600;
    private static readonly int[] DefaultBatches = [1, 8, 16, 32, 128];

    public static Command Create(CommandConsole console) => new("bench", CommandHelp.Of("Measure the speed of this machine.", "dpost bench generate")) { Generate(console) };

    private static Command Generate(CommandConsole console)
    {
        var batches = new Option<int[]>("--batch") { Description = "Batch sizes (1 8 16 32 128 unless told otherwise).", AllowMultipleArgumentsPerToken = true }.From(1);
        var runs = new Option<int>("--runs") { Description = "Runs of plain decoding, one to warm up besides.", DefaultValueFactory = _ => 3 }.From(1);
        var pairs = new Option<int>("--pairs") { Description = "Pairs of runs to compare two ways, one to warm up besides; 0 leaves the comparison out.", DefaultValueFactory = _ => 7 }.From(0);
        var tokenizer = new Option<string?>("--tokenizer") { Description = "A folder with a tokenizer; the embedded one where not given.", HelpName = "DIR-OR-FILE" };
        var data = new Option<string?>("--data") { Description = "Rationales in GSM8K's form to lead rows along; the embedded problems' where not given.", HelpName = "FILE" };
        var protocol = new Option<string>("--protocol") { Description = "tokens: tokens a second, with and without the calculator; lengths: continuous against static batching, shared prompts against none.", DefaultValueFactory = _ => "tokens" };
        protocol.AcceptOnlyFromAmong("tokens", "lengths");
        var dtypes = new Option<string[]>("--dtype") { Description = "Types of matrix products (fp32 and bf16 unless told otherwise; --protocol lengths is in fp32).", AllowMultipleArgumentsPerToken = true };
        dtypes.AcceptOnlyFromAmong("fp32", "bf16");
        var json = new Option<bool>("--json") { Description = "Write one JSON object." };
        var command = new Command("generate", CommandHelp.Of(
            "Measure decoding on a T5 of 70.7 million parameters and a Llama of 58.1 million with random weights: 120 prompt tokens, 128 new tokens. With --pairs 0 that takes about five minutes on two cores, with every option as it is far longer.",
            "dpost bench generate --batch 1 8 --json"))
        { batches, runs, pairs, dtypes, tokenizer, data, protocol, json };
        var device = new DeviceArguments(command);
        command.SetAction(parsed =>
        {
            _ = device.Device(parsed);
            using var unpacked = new ScratchFolder();
            var options = new DecodeBenchOptions(
                parsed.GetValue(batches) is { Length: > 0 } given ? given : DefaultBatches, parsed.GetValue(runs), parsed.GetValue(pairs), parsed.GetValue(tokenizer) ?? EmbeddedTokenizer(unpacked), Answers(parsed.GetValue(data)),
                parsed.GetValue(dtypes) is { Length: > 0 } asked ? asked : ["fp32", "bf16"]);
            var lengths = parsed.GetValue(protocol) == "lengths";
            if (lengths && options.Pairs < 1)
            {
                throw new UserErrorException("--protocol lengths compares runs: --pairs must be at least 1.");
            }

            if (lengths)
            {
                Write(console, parsed.GetValue(json), StageProgress.Watch(console.Progress(), reporter => DecodeBenchmarks.Lengths(options, reporter, console.Cancel)), ["model", "compared", "batch", "questions/s", "baseline/s", "ratio"],
                    r => [r.Model, r.Compared, Number(r.Batch), Number(r.QuestionsPerS), Number(r.BaselinePerS), Number(r.Ratio)]);
            }
            else
            {
                Write(console, parsed.GetValue(json), StageProgress.Watch(console.Progress(), reporter => DecodeBenchmarks.Generate(options, reporter, console.Cancel)), ["model", "dtype", "mode", "batch", "tokens/s", "slowest", "fastest", "to script", "ceiling"],
                    r => [r.Model, r.Dtype, r.Mode, Number(r.Batch), Number(r.TokensPerS), Number(r.Spread[0]), Number(r.Spread[1]), Number(r.RatioToScript), Number(r.Ceiling)]);
            }
        });
        return command;
    }

    private static void Write<T>(CommandConsole console, bool json, IReadOnlyList<T> rows, string[] columns, Func<T, string[]> cells)
    {
        var gemm = DecodeBenchmarks.Calibrate();
        if (json)
        {
            console.WriteJson(new { rows, gemm_gflops = gemm });
            return;
        }

        var table = new Table().Border(TableBorder.Markdown).AddColumns(columns);
        foreach (var row in rows)
        {
            table.AddRow(cells(row));
        }

        console.Results().Write(table);
        console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"matrix products of 512: {gemm["fp32"]:0} GFLOP/s in fp32, {gemm["bf16"]:0} in bf16"));
    }

    private static string EmbeddedTokenizer(ScratchFolder folder)
    {
        DemoFolder.LayModel(folder.Path);
        return Path.Combine(folder.Path, "base");
    }

    private static IReadOnlyList<string> Answers(string? file) => file is null
        ? [.. SyntheticProblems.Labelled(EmbeddedAnswers, 1).Select(p => p.Rationale!)]
        : [.. RationaleFile.Read(file).Select(row => row.Answer)];

    private static string Number(double? value) => value is null ? "" : value.Value.ToString(value >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture);
}
