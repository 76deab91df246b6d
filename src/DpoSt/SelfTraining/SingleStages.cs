using System.Globalization;
using DpoSt.Answering;
using DpoSt.Configuration;
using DpoSt.Configuration.Launch;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Parallel;
using DpoSt.Runs;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.SelfTraining;

/// <summary>
/// The stages as commands of their own, each driven by its configuration file, with the reference's inputs and outputs, one at a time in an
/// experiment.
/// </summary>
public sealed class SingleStages
{
    private readonly ExperimentOptions options;
    private readonly RunPaths paths;
    private readonly Device device;
    private readonly bool fresh;
    private readonly IProcessGroup group;
    private readonly IStageReporter reporter;
    private readonly CancellationToken cancel;

    /// <summary>
    /// Stages of one configuration; where <paramref name="fresh"/>, training and sampling start over instead of resuming, or of leaving
    /// what is done alone. All ranks of a group run the same stage.
    /// </summary>
    public SingleStages(
        ExperimentOptions options, RunPaths paths, Device device, bool fresh, IProcessGroup group, IStageReporter reporter,
        CancellationToken cancel)
    {
        this.options = options;
        this.paths = paths;
        this.group = group;
        this.reporter = reporter;
        this.cancel = cancel;
        this.device = device;
        this.fresh = fresh;
    }

    /// <summary>How sample files are written; in reading, what they must be. Null writes dpost's own and reads either.</summary>
    public SampleFormat? Format { get; init; }

    /// <summary>The configuration in use, so that what is said of a missing input names the command that makes it.</summary>
    public StageConfig? Config { get; init; }

    /// <summary>The precision of training where the configuration does not decide.</summary>
    public MixedPrecision Precision { get; init; }

    /// <summary>Whether each rank keeps only its part of a model that is trained.</summary>
    public bool Shards { get; init; }

    private StageActions Actions => new(device, options.Compat == Compatibility.Reference, fresh, group, Shards);

    private string Run => options.Trainer.RunName;

    private string Split => options.Data.Split ?? "train";

    private double Temperature => options.Eval.Sampling.Temperature;

    /// <summary>Fine-tunes <c>model.model_path</c> on <c>data.data_path</c>.</summary>
    public string Sft()
    {
        if (options.Model.SftRunName is { } before)
        {
            throw new UserErrorException($"{Run} is a configuration of preference tuning (model.sft_run_name is {before}): run it with dpost dpo.");
        }

        CheckPlace();
        UnusedKeys.Note(options, reporter);
        var rows = paths.DataFile(options.Data.DataPath);
        return Alone([rows, paths.ModelFolder], () => Actions.FineTune(
            Run, paths.ModelFolder, rows, paths.DataFile(options.Data.DevDataPath), paths.OutputFolder, ConfiguredRecipes.SftLimits(options), Recipe(),
            reporter, cancel));
    }

    /// <summary>Lets the run's model answer the split: a file a seed when sampling, one file when greedy. Files that are done already stay.</summary>
    public string Generate()
    {
        var (problems, folder, format) = (Problems(), paths.SamplesFolder(Split), Format ?? SampleFormat.Dpost);
        var samples = options.Eval.Mode == EvalMode.Sampling;
        var answers = ConfiguredRecipes.Answers(options, samples ? Temperature : 0, options.Eval.UseCalc);
        int[] seeds = samples ? Seeds() : [0];
        return Alone([paths.OutputFolder], () =>
        {
            var known = group.Rank > 0 ? null : AnsweredFiles.Open(folder, paths.OutputFolder);
            var asked = Actions.Asked(problems, answers, format);
            if (fresh)
            {
                known?.Forget(seeds.Select(FileOf));             // begun over, wherever it is interrupted
            }

            var there = group.Sum([.. seeds.Select(seed => known?.Has(FileOf(seed), asked) == true ? 1.0 : 0)]);
            int[] missing = [.. seeds.Where((_, i) => there[i] == 0)];
            if (missing.Length == 0)
            {
                reporter.Skip($"generate {Run}", "done already");
                return $"{StageActions.Shown(seeds.Length == 1 ? FileOf(seeds[0]) : folder)} holds these answers already; --fresh answers again";
            }

            if (missing.Length < seeds.Length)
            {
                reporter.Note($"  {seeds.Length - missing.Length} of {seeds.Length} samples are there already");
            }

            string[] files = [.. missing.Select(FileOf)];
            if (!fresh && files.Count(File.Exists) is > 0 and var others)
            {
                reporter.Note(
                    $"  {Counted.Of(others, "file")} of answers there may be of another model, other questions or other options: made again and then replaced");
            }

            return Actions.Answer($"generate {Run}", paths.OutputFolder, problems, missing, answers, files, format, reporter, cancel);
        });

        string FileOf(int seed) => Path.Combine(folder, samples ? SampleFile.Name(seed, Temperature) : SampleFile.GreedyName);
    }

    /// <summary>Labels the samples and estimates pass@k.</summary>
    public string EvalSampling()
    {
        var problems = Problems();
        var folder = paths.SamplesFolder(Split);
        var seeds = Seeds();
        string[] files = [.. seeds.Select(seed => Path.Combine(folder, SampleFile.Name(seed, Temperature)))];
        return Alone(files, () =>
        {
            reporter.Begin(
                $"eval-sampling {Run}", $"judge {Counted.Of(seeds.Length, "sample")} of {Counted.Of(problems.Count, "question")}",
                seeds.Length, "files");
            NoteOtherModel(files);
            var (summary, questions) = StageActions.Label(problems, seeds, Temperature, folder, Split, Format);
            // Questions of the pool have no rationale: pass@k is of those the model was trained on, as in the reference.
            int[] right = [.. questions.Where(q => Split != "train" || q.Gold is not null).Select(q => q.Positives.Count)];
            var passes = ResultsFile.Passes(Split, seeds.Length, right);
            ResultsFile.Add(paths.ResultsFile, Run, passes);
            var of = right.Length < questions.Count ? $" (of the {Counted.Of(right.Length, "question")} with rationales)" : "";
            return $"{summary}; {string.Join(", ", passes.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {100 * p.Value:0.0}")))}{of}; {StageActions.Shown(paths.ResultsFile)}";
        });
    }

    /// <summary>
    /// Makes preference pairs from the samples of <c>model.sft_run_name</c>, or of this run where it is the SFT run itself, and of the
    /// runs before it.
    /// </summary>
    public string MakeDpoData()
    {
        var source = options.Model.SftRunName ?? Run;
        var labelled = Labelled(source, "train");
        return Alone([.. labelled, paths.ModelFolder], () =>
        {
            var (summary, pairs) = Actions.BuildPairs(
                $"make-dpo-data {Run}", paths.ModelFolder, labelled, ConfiguredRecipes.Selection(options), PairsFolder(source), reporter);
            ResultsFile.Count(paths.ResultsFile, source, "generated_dpo_data", pairs);
            return $"{summary}; {StageActions.Shown(PairsFolder(source))}";
        });
    }

    /// <summary>Tunes <c>model.model_path</c> on the pairs.</summary>
    public string Dpo()
    {
        if (options.Model.SftRunName is null && options.Data.DataDir is null)
        {
            throw new UserErrorException(
                $"{Run} is a configuration of fine-tuning (it has no model.sft_run_name, whose samples the pairs are of): run it with dpost sft.");
        }

        CheckPlace();
        var pairs = PairsFolder(options.Model.SftRunName ?? Run);
        return Alone([paths.ModelFolder, Path.Combine(pairs, PreferencePairFile.Name("train"))], () => Actions.PreferenceTune(
            Run, paths.ModelFolder, pairs, paths.OutputFolder, ConfiguredRecipes.DpoLimits(options), ConfiguredRecipes.Loss(options),
            Recipe(), reporter, cancel));
    }

    /// <summary>Makes pseudo-labels from the samples of this run and of the runs before it.</summary>
    public string MakeRftData()
    {
        var (labelled, folder) = (Labelled(Run, "train"), paths.SamplesFolder("train"));
        return Alone([.. labelled, paths.ModelFolder], () =>
        {
            var (summary, rows) = Actions.BuildPseudoLabels(
                $"make-rft-data {Run}", paths.ModelFolder, labelled, ConfiguredRecipes.Selection(options), folder, reporter);
            ResultsFile.Count(paths.ResultsFile, Run, "generated_sft_data", rows);
            return $"{summary}; {StageActions.Shown(folder)}";
        });
    }

    /// <summary>Counts the right greedy answers.</summary>
    public string EvalGreedy()
    {
        var problems = Problems();
        var file = Path.Combine(paths.SamplesFolder(Split), SampleFile.GreedyName);
        return Alone([file], () =>
        {
            reporter.Begin($"eval-greedy {Run}", $"judge {problems.Count} answers", 1, "files");
            NoteOtherModel([file]);
            var right = CompletionFile.Read(file, problems, 0, Format).Count(c => c.Verdict == Verdict.Correct);
            var interval = WilsonInterval.Of(right, problems.Count);
            ResultsFile.Add(paths.ResultsFile, Run, new Dictionary<string, double>(StringComparer.Ordinal) { [$"{Split}@1"] = (double)right / problems.Count });
            return string.Create(CultureInfo.InvariantCulture,
                $"{Run} on {Split}: {right} of {problems.Count} right, {100.0 * right / problems.Count:0.0} % [{100 * interval.Low:0.0}, {100 * interval.High:0.0}]; {StageActions.Shown(paths.ResultsFile)}");
        });
    }

    // A model trained anew leaves the answers of the one before where they are.
    private void NoteOtherModel(string[] files)
    {
        var known = AnsweredFiles.Open(paths.SamplesFolder(Split), paths.OutputFolder);
        if (Directory.Exists(paths.OutputFolder) && files.Count(known.IsOfAnotherModel) is > 0 and var others)
        {
            reporter.Note(
                $"  answers in {others} of {Counted.Of(files.Length, "file")} are of another model than lies in {StageActions.Shown(paths.OutputFolder)} now: dpost generate makes them again");
        }
    }

    private void CheckPlace()
    {
        if (PathIdentity.Of(paths.OutputFolder) == PathIdentity.Of(paths.ModelFolder))
        {
            throw new UserErrorException(
                $"trainer.output_dir and model.model_path are both {options.Model.ModelPath}: the new model would replace the one it starts from; name another trainer.output_dir.");
        }
    }

    // Every stage writes below the experiment's folders, and all read and rewrite its results: one process at a time.
    private string Alone(IEnumerable<string> inputs, Func<string> work)
    {
        new StageInputs(options, paths, Config).Check(inputs);
        using var _ = group.Rank == 0 ? RunLock.Take(paths.LockFile) : null;
        return work();
    }

    private TrainingRecipe Recipe() => ConfiguredRecipes.Recipe(options) with { Bf16 = options.Trainer.Bf16 ?? Precision == MixedPrecision.Bf16 };

    // As a run asks them: a pool belongs to the training questions.
    private IReadOnlyList<Problem> Problems() => Split switch
    {
        "train" => TrainingQuestions.Load(paths.DataFile(options.Data.TrainDataPath), paths.PoolFile),
        "dev" => ProblemSet.Load(paths.DataFile(options.Data.DevDataPath)),
        "test" => ProblemSet.Load(paths.DataFile(options.Data.TestDataPath)),
        _ => throw new UserErrorException($"data.split is '{Split}': use +data.split=train, dev or test."),
    };

    private int[] Seeds()
    {
        var sampling = options.Eval.Sampling;
        if ((long)sampling.MaxSeed - sampling.MinSeed > Limits.Samples)
        {
            throw new UserErrorException(
                $"eval.sampling asks for seeds from {sampling.MinSeed} up to, not including, {sampling.MaxSeed}: expected at most {Limits.Samples} samples a question.");
        }

        return sampling.MaxSeed > sampling.MinSeed
            ? [.. Enumerable.Range(sampling.MinSeed, sampling.MaxSeed - sampling.MinSeed)]
            : throw new UserErrorException(
                $"eval.sampling asks for seeds from {sampling.MinSeed} up to, not including, {sampling.MaxSeed}: max_seed must be larger than min_seed.");
    }

    private string PairsFolder(string source) => options.Data.DataDir is { } folder ? paths.DataFile(folder) : paths.SamplesFolder(source, "train");

    // sft-2 brings sft-0 and sft-1 along, dpo-3 brings dpo-1 and dpo-2: what they sampled joins, as in the paper.
    private string[] Labelled(string run, string split)
    {
        var dash = run.LastIndexOf('-');
        var number = dash > 0 && int.TryParse(run[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
        var earlier = Enumerable.Range(0, number).Select(i => $"{run[..dash]}-{i}").Where(name => File.Exists(FileOf(name)));
        return [.. earlier.Append(run).Select(FileOf)];

        string FileOf(string name) => Path.Combine(paths.SamplesFolder(name, split), LabelledQuestionFile.Name(split));
    }
}
