using DpoSt.Data;
using DpoSt.Models;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using DpoSt.Runs;
using DpoSt.Text.Tokenizers;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>What <c>dpost bench train</c> measures.</summary>
/// <param name="Runs">Timed optimizer steps a row, or pairs of epochs for real rows.</param>
/// <param name="Models">t5, llama.</param>
/// <param name="Modes">sft, dpo.</param>
/// <param name="Dtypes">fp32, bf16: the types of matrix products.</param>
/// <param name="Device">Where it is measured.</param>
/// <param name="Rank">Trains an adapter of this rank of every matrix of the layers; null trains all weights.</param>
internal sealed record TrainBenchOptions(
    int Runs, IReadOnlyList<string> Models, IReadOnlyList<string> Modes, IReadOnlyList<string> Dtypes, Device Device, int? Rank = null)
{
    /// <summary>The adapter.</summary>
    public LoraOptions? Lora => Rank is { } rank ? new LoraOptions { R = rank, TargetModules = [LoraOptions.AllLinear] } : null;
}

/// <summary>Measurements of the training engine.</summary>
internal static class TrainBenchmarks
{
    /// <summary>Examples a second on rows of one length.</summary>
    public static IReadOnlyList<TrainRow> Steps(TrainBenchOptions options, IStageReporter reporter, CancellationToken cancel) =>
        Each(options, options.Modes.Count, reporter, (shape, dtype, model, done) => options.Modes.Select(mode =>
        {
            var bench = new TrainBench(shape, dtype, model, options.Runs, cancel);
            var row = mode == "dpo" ? bench.Preferences() : bench.FineTuning();
            done();
            return row;
        }));

    /// <summary>Examples a second on rows with rationales: grouped by length, against random batches that are padded.</summary>
    /// <param name="options">Modes do not count: this is fine-tuning.</param>
    /// <param name="rows">Questions with rationales in GSM8K's form.</param>
    /// <param name="tokenizer">A folder or file with a tokenizer.</param>
    /// <param name="reporter">Is told of every row done.</param>
    /// <param name="cancel">Ends the work.</param>
    public static IReadOnlyList<RealRowsRow> RealRows(
        TrainBenchOptions options, IReadOnlyList<RationaleRow> rows, string tokenizer, IStageReporter reporter, CancellationToken cancel)
    {
        var loaded = TokenizerLoader.Load(tokenizer);
        return Each(options, 1, reporter, (shape, dtype, model, done) =>
        {
            var row = new RealRowsBench(shape, dtype, model, loaded, rows, cancel).Run(options.Runs);
            done();
            return new[] { row };
        });
    }

    private static List<T> Each<T>(
        TrainBenchOptions options, int parts, IStageReporter reporter,
        Func<BenchModel, string, ILanguageModel, Action, IEnumerable<T>> measure) =>
        BenchModel.Each(
            options.Models, options.Dtypes, parts, reporter, ("measures training", "rows"),
            (folder, bf16) => ModelFolder.Load(folder, options.Device, new TrainingCompute(bf16, Lora: options.Lora)), measure);
}
