using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Runs;
using DpoSt.Text.Tokenizers;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>What <c>dpost bench generate</c> measures.</summary>
/// <param name="Batches">Batch sizes.</param>
/// <param name="Runs">Runs of plain, after those that warm up.</param>
/// <param name="Pairs">Pairs of runs with and without the calculator.</param>
/// <param name="Tokenizer">A folder or file with a tokenizer.</param>
/// <param name="Answers">Rationales in GSM8K's form.</param>
/// <param name="Models">t5, llama.</param>
/// <param name="Dtypes">fp32, bf16: the types of matrix products.</param>
/// <param name="Device">Where it is measured.</param>
internal sealed record DecodeBenchOptions(
    IReadOnlyList<int> Batches, int Runs, int Pairs, string Tokenizer, IReadOnlyList<string> Answers, IReadOnlyList<string> Models,
    IReadOnlyList<string> Dtypes, Device Device);

/// <summary>Measurements of the decode engine.</summary>
internal static class DecodeBenchmarks
{
    /// <summary>Tokens a second, with and without the calculator.</summary>
    public static IReadOnlyList<GenerateRow> Generate(DecodeBenchOptions options, IStageReporter reporter, CancellationToken cancel) =>
        Each(options, reporter, options.Dtypes, options.Batches.Count, (shape, dtype, model, tokenizer, scripts, done) =>
        {
            var bench = new GenerateBench(shape, dtype, model, tokenizer, scripts, cancel);
            return options.Batches.SelectMany(batch =>
            {
                var rows = bench.Run(batch, options.Runs, options.Pairs).ToList();
                done();
                return rows;
            });
        });

    /// <summary>Questions a second on the lengths of real answers: continuous or static batching, with or without shared prompts.</summary>
    public static IReadOnlyList<ComparisonRow> Lengths(DecodeBenchOptions options, IStageReporter reporter, CancellationToken cancel) =>
        Each(options, reporter, ["fp32"], 1, (shape, _, model, _, scripts, done) =>
        {
            var rows = new LengthsBench(shape, model, scripts, cancel).Run(32, 160, options.Pairs).ToList();
            done();
            return rows;
        });

    /// <summary>Questions a second of the whole sampling stage, on the demo's model, which is fine-tuned first.</summary>
    /// <param name="folder">A folder with the demo's model, configuration and problems; models and samples are left there.</param>
    /// <param name="dtypes">fp32, bf16: the types of matrix products.</param>
    /// <param name="device">Where it is measured.</param>
    /// <param name="runs">Runs, after those that warm up.</param>
    /// <param name="reporter">Shows what is at work.</param>
    /// <param name="cancel">Ends it.</param>
    public static IReadOnlyList<StageRow> Stage(
        string folder, IReadOnlyList<string> dtypes, Device device, int runs, IStageReporter reporter, CancellationToken cancel) =>
        [.. new StageBench(folder, device, reporter, cancel).Run(dtypes, runs)];

    /// <summary>GFLOP/s of plain products on this machine, by dtype.</summary>
    public static IReadOnlyDictionary<string, double> Calibrate() => GemmCalibration.Run();

    private static List<T> Each<T>(
        DecodeBenchOptions options, IStageReporter reporter, IReadOnlyList<string> dtypes, int parts,
        Func<BenchModel, string, ILanguageModel, ITokenizer, IReadOnlyList<int[]>, Action, IEnumerable<T>> measure)
    {
        var tokenizer = TokenizerLoader.Load(options.Tokenizer);
        return BenchModel.Each(
            options.Models, dtypes, parts, reporter, ("measures decoding", "batch sizes"),
            (folder, bf16) => ModelFolder.LoadToRead(folder, options.Device, bf16 ? ScalarType.BFloat16 : ScalarType.Float32),
            (shape, dtype, model, done) =>
                measure(shape, dtype, model, tokenizer, AnswerScripts.Of(options.Answers, tokenizer, shape.Format), done));
    }
}
