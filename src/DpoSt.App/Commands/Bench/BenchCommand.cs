using System.CommandLine;
using System.Globalization;
using DpoSt.Runs;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.App.Demo;
using DpoSt.Benchmarks;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Data.Synthetic;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Commands.Bench;

/// <summary><c>dpost bench</c>: how fast this machine decodes and trains.</summary>
internal static class BenchCommand
{
    private const int EmbeddedAnswers = 600;

    public static Command Create(CommandConsole console) =>
        new("bench", CommandHelp.Of(
            "Measure the speed of this machine.", "dpost bench generate --batch 1 8 --json", "dpost bench train --model t5 --mode sft"))
    {
        BenchGenerateCommand.Create(console),
        BenchTrainCommand.Create(console),
    };

    /// <summary>The models to measure.</summary>
    public static Option<string[]> ModelOption() =>
        CommandOption.Of<string[]>("--model", "Models (both unless told otherwise).").SomeOf("t5", "llama");

    /// <summary>The types of matrix products to measure.</summary>
    public static Option<string[]> Dtypes(string description) =>
        CommandOption.Of<string[]>("--dtype", description).SomeOf("fp32", "bf16");

    /// <summary>What was chosen, or all there is.</summary>
    public static T[] Chosen<T>(ParseResult parsed, Option<T[]> option, params T[] all) =>
        parsed.GetValue(option) is { Length: > 0 } given ? [.. given.Distinct()] : all;

    /// <summary>A tokenizer's place: the one that was named, or the embedded model's.</summary>
    public static string Tokenizer(string? named, ScratchFolder folder)
    {
        if (named is not null)
        {
            return named;
        }

        DemoFolder.LayModel(folder.Path);
        return Path.Combine(folder.Path, "base");
    }

    /// <summary>Rationales in GSM8K's form: of the file that was named, or of embedded problems.</summary>
    public static IReadOnlyList<RationaleRow> Rationales(string? file) => file is null
        ? [.. SyntheticProblems.Labelled(EmbeddedAnswers, 1).Select(p => new RationaleRow(p.Question, p.Rationale!))]
        : [.. RationaleFile.Read(file)];

    /// <summary>Measures, and writes it as JSON or as a table, with the speed of plain matrix products.</summary>
    public static void Write<T>(
        CommandConsole console, bool json, Func<IStageReporter, IReadOnlyList<T>> measure, string[] columns, Func<T, string[]> cells)
    {
        var rows = StageProgress.Watch(console, measure);
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
        console.Out.WriteLine(
            Invariant($"matrix products of 512: {gemm["fp32"]:0} GFLOP/s in fp32, {gemm["bf16"]:0} in bf16"));
    }

    /// <summary>A figure with three digits or more.</summary>
    public static string Number(double? value) =>
        value is null ? "" : value.Value.ToString(value >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture);
}
