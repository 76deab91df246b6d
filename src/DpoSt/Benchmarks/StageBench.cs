using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;
using DpoSt.Generation;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.SelfTraining.Stages;
using static TorchSharp.torch;

namespace DpoSt.Benchmarks;

/// <summary>How fast a run's sampling stage is as a whole.</summary>
/// <param name="Model">t5.</param>
/// <param name="Dtype">fp32 or bf16: the type of matrix products.</param>
/// <param name="Mode">stage.</param>
/// <param name="Batch">Rows decoded together.</param>
/// <param name="Samples">Answers a question.</param>
/// <param name="QuestionsPerS">Questions a second, the median of the runs.</param>
/// <param name="Spread">The slowest and the fastest run.</param>
internal sealed record StageRow(string Model, string Dtype, string Mode, int Batch, int Samples, double QuestionsPerS, double[] Spread);

/// <summary>The sampling stage of the demo's fine-tuned model, from its files to its files, as <c>dpost generate</c> runs it: loading,
/// sampling with the calculator, judging and writing.</summary>
/// <param name="folder">A folder with the demo's model, configuration and problems.</param>
/// <param name="device">Where it is measured.</param>
/// <param name="reporter">Shows what is at work.</param>
/// <param name="cancel">Ends it.</param>
internal sealed class StageBench(string folder, Device device, IStageReporter reporter, CancellationToken cancel)
{
    private const string Config = "sft-0";

    /// <summary>Fine-tunes the model, then measures.</summary>
    public IEnumerable<StageRow> Run(IReadOnlyList<string> dtypes, int runs)
    {
        Do("sft", Options([]));
        reporter.End("trained");
        foreach (var dtype in dtypes)
        {
            var options = Options(["+data.split=train", "eval.mode=sampling", $"+eval.bf16={(dtype == "bf16" ? "true" : "false")}"]);
            var paths = Paths(options);
            var questions = new QuestionSet(
                "train", paths.DataFile(options.Data.TrainDataPath), Recipes.Verifier(options.Data), paths.PoolFile).Load().Count;
            var rates = Measure.Runs(runs, () => questions / Measure.Seconds(() => Do("generate", options)));
            yield return new StageRow(
                "t5", dtype, "stage", options.Eval.Slots ?? GenerationOptions.DefaultSlots,
                options.Eval.Sampling.MaxSeed - options.Eval.Sampling.MinSeed, Measure.Median(rates), [rates.Min(), rates.Max()]);
        }
    }

    // Answers that are there are made again: they are what is measured.
    private void Do(string command, ExperimentOptions options) => new ConfiguredStages(options, Paths(options)).Do(
        command, new RunContext(device, new SingleProcess(), reporter, cancel) { Fresh = true });

    private RunPaths Paths(ExperimentOptions options) => new(options, folder, folder);

    private ExperimentOptions Options(string[] overrides) =>
        ConfigBinder.Bind<ExperimentOptions>(ConfigComposer.Compose(Path.Combine(folder, "exp_config", "tiny"), Config, overrides)).Options;
}
