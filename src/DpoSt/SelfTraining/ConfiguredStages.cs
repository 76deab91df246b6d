using DpoSt.Answering;
using DpoSt.Configuration;
using DpoSt.Configuration.Launch;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Runs;
using DpoSt.SelfTraining.Resampling;
using DpoSt.SelfTraining.Stages;
using DpoSt.Verification;

namespace DpoSt.SelfTraining;

/// <summary>The stages as commands of their own, with the inputs and outputs of the paper's code, one at a time in an experiment.</summary>
/// <param name="options">The configuration.</param>
/// <param name="paths">Where it reads and writes.</param>
/// <param name="config">How it was asked for, to name the command that makes a missing input; null where nobody asked.</param>
internal sealed class ConfiguredStages(ExperimentOptions options, RunPaths paths, StageConfig? config = null)
{
    private readonly ExperimentFolder folder = ExperimentFolder.Of(paths, options.ExpName);
    private readonly VerifierOptions verifier = Recipes.Verifier(options.Data);
    private readonly RunName run = RunName.Parse(options.Trainer.RunName);

    /// <summary>How sample files are written; in reading, what they must be. Null writes dpost's own and reads either.</summary>
    public SampleFormat? Format { get; init; }

    /// <summary>The precision of training where the configuration does not decide.</summary>
    public MixedPrecision Precision { get; init; }

    private string Split => options.Data.Split ?? ExperimentFolder.Train;

    // The run's model is where the configuration has it, its samples where the experiment has them.
    private string PairsFolder => options.Data.DataDir is { } given ? paths.DataFile(given) : folder.Answers(Source);

    private RunName Source => options.Model.SftRunName is { } sft ? RunName.Parse(sft) : run;

    /// <summary>Does the stage of a command, unless it is done; gives a sentence about it.</summary>
    /// <param name="command">sft, generate, eval-sampling, make-dpo-data, dpo, make-rft-data or eval-greedy.</param>
    /// <param name="context">Where, and for whom; all ranks of a group do the same stage.</param>
    /// <exception cref="UserErrorException">An input is missing or broken, or another process works in the experiment.</exception>
    public string Do(string command, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var stage = Of(command);
        if (stage is SftStage)
        {
            UnusedKeys.Note(options, context.Reporter);
        }
        else if (command is "generate" or "eval-sampling" or "eval-greedy")
        {
            // A mistake in what a person brings is told first.
            if (Questions().Load() is ProblemSet { Said: { } said })
            {
                context.Reporter.Note($"{Shown.Path(Questions().File)}: {said}");
            }
        }

        var runner = new StageRunner(context, new StageInputs(options, paths, config).HowToMake);
        runner.CheckInputs(stage);
        // Every stage writes below the experiment's folders, and all read and rewrite its results: one process at a time.
        using var _ = context.IsFirst ? RunLock.Take(folder.Lock) : null;
        return runner.Do(stage);
    }

    /// <summary>The training that a configuration describes; one that names the run its pairs come from is DPO's.</summary>
    internal ITrainingStage Training() => options.Model.SftRunName is null ? Sft() : Dpo();

    private IStage Of(string command) => command switch
    {
        "sft" => Sft(),
        "generate" => Generate(),
        "eval-sampling" => new LabelStage(
            $"eval-sampling {run}", run, Questions(), [.. Seeds().Select(seed => (seed, SampleOf(seed)))], folder, Format),
        "make-dpo-data" => new PairsStage(
            $"make-dpo-data {run}", Source, Selection(Source), PairsFolder, folder.Results, Recipes.Loss(options).IsUnpaired),
        "dpo" => Dpo(),
        "make-rft-data" => new PseudoLabelsStage($"make-rft-data {run}", run, Selection(run), folder.PseudoLabels(run), folder.Results),
        "eval-greedy" => new CountGreedyStage($"eval-greedy {run}", run, Questions(), folder, Format),
        _ => throw new ArgumentException($"there is no stage '{command}'", nameof(command)),
    };

    private SftStage Sft()
    {
        if (options.Model.SftRunName is { } before)
        {
            throw new UserErrorException(
                $"{run} is a configuration of preference tuning (model.sft_run_name is {before}): run it with dpost dpo.");
        }

        CheckPlace();
        return new SftStage(
            run.Text, paths.ModelFolder, paths.DataFile(options.Data.DataPath), paths.DataFile(options.Data.DevDataPath),
            paths.OutputFolder, Decided(Recipes.Sft(options)))
        {
            Judge = Verifiers.Of(verifier),
            // What a run has written itself has its own names.
            DevColumns = options.Data.Columns,
            Columns = IsOwn(paths, paths.DataFile(options.Data.DataPath)) ? new() : options.Data.Columns,
            Resampling = Resampling(),
        };
    }

    /// <summary>Whether a run has written a file itself.</summary>
    internal static bool IsOwn(RunPaths paths, string file) =>
        Path.GetRelativePath(paths.OutputsFolder, file) is var below && !below.StartsWith("..", StringComparison.Ordinal)
        && !below.StartsWith(NamedData.PartsFolder, StringComparison.Ordinal);

    private DpoStage Dpo()
    {
        if (options.Model.SftRunName is null && options.Data.DataDir is null)
        {
            throw new UserErrorException(
                $"{run} is a configuration of fine-tuning (it has no model.sft_run_name, whose samples the pairs are of): "
                + "run it with dpost sft.");
        }

        CheckPlace();
        return new DpoStage(
            run.Text, paths.ModelFolder, PairsFolder, paths.OutputFolder, Recipes.Loss(options), Decided(Recipes.Dpo(options)))
        {
            Resampling = Resampling(),
        };
    }

    // Of the training questions, with as many answers as dpost generate would sample.
    private ResamplingOptions? Resampling() => Recipes.Resampling(options) is not { } asked ? null
        : new(
            asked.Every, asked.Questions, Seeds().Length, AnswerOptions.Of(options.Data, options.Eval, options.Trainer.Seed),
            Recipes.Selection(options), TrainQuestions());

    private SampleStage Generate()
    {
        var answers = AnswerOptions.Of(options.Data, options.Eval, options.Trainer.Seed, options.Generation);
        var samples = options.Eval.Mode == EvalMode.Sampling;
        var source = new AnswerSource(
            paths.OutputFolder, Questions().Inputs, samples ? answers : answers.Greedy, Format ?? SampleFormat.Dpost,
            Recipes.Prompt(options), Questions().Judge);
        return new SampleStage($"generate {run}", source, Questions(), folder.Answers(run, Split), samples ? Seeds() : [0]);
    }

    private string SampleOf(int seed) => folder.Sample(run, Split, seed, options.Eval.Sampling.Temperature);

    // sft-2 brings sft-0 and sft-1 along, dpo-3 brings dpo-1 and dpo-2: what they sampled joins, as in the paper.
    private SelectionSource Selection(RunName of) => new(
        paths.ModelFolder,
        [.. of.Earlier().Where(earlier => File.Exists(folder.Labelled(earlier))).Append(of).Select(r => (r, folder.Labelled(r)))],
        Recipes.Selection(options), Recipes.Prompt(options));

    // As a run asks them: a pool belongs to the training questions.
    private QuestionSet Questions() => Named() with { Columns = options.Data.Columns };

    private QuestionSet TrainQuestions() =>
        new(ExperimentFolder.Train, paths.DataFile(options.Data.TrainDataPath), verifier, paths.PoolFile)
        {
            Columns = options.Data.Columns,
        };

    private QuestionSet Named() => Split switch
    {
        ExperimentFolder.Train => TrainQuestions(),
        "dev" => new QuestionSet(Split, paths.DataFile(options.Data.DevDataPath), verifier),
        "test" => new QuestionSet(Split, paths.DataFile(options.Data.TestDataPath), verifier),
        _ => throw new UserErrorException($"data.split is '{Split}': use +data.split=train, dev or test."),
    };

    private int[] Seeds()
    {
        var sampling = options.Eval.Sampling;
        var count = (long)sampling.MaxSeed - sampling.MinSeed;
        return count is > 0 and <= Limits.Samples
            ? [.. Enumerable.Range(sampling.MinSeed, (int)count)]
            : throw new UserErrorException(
                $"eval.sampling asks for seeds from {sampling.MinSeed} up to, not including, {sampling.MaxSeed}: "
                + (count > 0 ? $"expected at most {Limits.Samples} samples a question." : "max_seed must be larger than min_seed."));
    }

    private void CheckPlace()
    {
        if (PathIdentity.Of(paths.OutputFolder) == PathIdentity.Of(paths.ModelFolder))
        {
            throw new UserErrorException(
                $"trainer.output_dir and model.model_path are both {options.Model.ModelPath}: "
                + "the new model would replace the one it starts from; "
                + "name another trainer.output_dir.");
        }
    }

    private TrainingSettings Decided(TrainingSettings settings) =>
        settings with { Recipe = settings.Recipe with { Bf16 = options.Trainer.Bf16 ?? Precision == MixedPrecision.Bf16 } };
}
