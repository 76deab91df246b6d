using DpoSt.Answering;
using DpoSt.Answering.Elsewhere;
using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Generation;
using DpoSt.Models.Adapters;
using DpoSt.Runs;
using DpoSt.SelfTraining.Stages;
using DpoSt.Text.Chat;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using DpoSt.Training.Resuming;
using DpoSt.Verification;

namespace DpoSt.SelfTraining;

/// <summary>Turns the keys of a configuration file into the plain parameters that stages take.</summary>
internal static class Recipes
{
    /// <summary>How a stage trains.</summary>
    public static TrainingRecipe Recipe(ExperimentOptions options)
    {
        var trainer = options.Trainer;
        var shape = trainer.LrSchedulerKwargs;
        CheckShape(trainer.LrSchedulerType, shape);
        return new TrainingRecipe
        {
            BatchSize = trainer.PerDeviceTrainBatchSize,
            GradientAccumulation = trainer.GradientAccumulationSteps,
            Epochs = trainer.NumTrainEpochs,
            MaxSteps = trainer.MaxSteps,
            LearningRate = trainer.LearningRate,
            Schedule = trainer.LrSchedulerType,
            WarmupRatio = trainer.WarmupRatio,
            WarmupSteps = trainer.WarmupSteps,
            MinRateRatio = shape.MinLrRate ?? (trainer.LearningRate > 0 ? shape.MinLr / trainer.LearningRate : null) ?? 0,
            Cycles = shape.NumCycles,
            Power = shape.Power ?? 1,
            EndRate = shape.LrEnd ?? 1e-7,
            AdamW = new AdamWOptions(trainer.WeightDecay, trainer.AdamBeta1, trainer.AdamBeta2, trainer.AdamEpsilon),
            MaxGradNorm = trainer.MaxGradNorm,
            Dropout = trainer.Dropout,
            Seed = trainer.Seed,
            LogEvery = trainer.LoggingSteps,
            Bf16 = trainer.Bf16 ?? false,
            GradientCheckpointing = trainer.GradientCheckpointing,
            Lora = Lora(trainer),
            TensorBoard = trainer.ReportTo,
            LengthWindow = IsPaperText(options) ? 1 : trainer.GroupByLengthWindow,
            MeanOfMeans = IsPaperText(options),
            Resume = ResumePolicyOf(trainer),
            Evaluation = Interval(trainer.EvalStrategy, trainer.EvalSteps ?? trainer.LoggingSteps),
            EvalBatchSize = trainer.PerDeviceEvalBatchSize,
        };
    }

    // DPO goes on with the adapter that fine-tuning made: what does not fit is said before hours are spent.
    private static void CheckAdapters(LoraSection? sft, LoraSection? dpo)
    {
        if (sft is not null && (dpo is null || ContentKey.Of(sft) != ContentKey.Of(dpo)))
        {
            throw new UserErrorException(
                "sft.trainer.lora trains an adapter, and DPO goes on with it: give dpo.trainer.lora the same values"
                + (dpo is null ? " (it has none)." : "."));
        }
    }

    private static LoraOptions? Lora(TrainerSection trainer) => trainer.Lora is not { } lora ? null
        : lora.LoraDropout > 0 ? throw new UserErrorException(
            $"trainer.lora.lora_dropout is {lora.LoraDropout}, but an adapter's own dropout is not there yet: set it to 0.")
        : new LoraOptions
        {
            R = lora.R,
            LoraAlpha = lora.LoraAlpha,
            TargetModules = lora.TargetModules,
            UseRslora = lora.UseRslora,
            IsGaussian = lora.InitLoraWeights == "gaussian",
            Seed = (ulong)trainer.Seed,
        };

    // A number that the schedule would not use is a mistake, as it is in transformers.
    private static void CheckShape(string kind, SchedulerSection shape)
    {
        (string Key, double? Value, string[] Of)[] numbers =
        [
            ("min_lr", shape.MinLr, ["cosine_with_min_lr"]),
            ("min_lr_rate", shape.MinLrRate, ["cosine_with_min_lr"]),
            ("num_cycles", shape.NumCycles, ["cosine", "cosine_with_min_lr", "cosine_with_restarts"]),
            ("power", shape.Power, ["polynomial"]),
            ("lr_end", shape.LrEnd, ["polynomial"]),
        ];
        var unused = numbers.FirstOrDefault(n => n.Value is not null && !n.Of.Contains(kind, StringComparer.Ordinal));
        if (unused is { Key: { } key, Of: var of })
        {
            throw new UserErrorException(
                $"trainer.lr_scheduler_kwargs.{key} is of the schedule {string.Join(", ", of)}, but trainer.lr_scheduler_type is {kind}: "
                + $"leave it out (~trainer.lr_scheduler_kwargs.{key}), or choose another schedule.");
        }
    }

    /// <summary>What preference tuning minimises.</summary>
    public static PreferenceLoss Loss(ExperimentOptions options)
    {
        var trainer = options.Trainer;
        if (trainer.LossType == PreferenceLoss.Kto && trainer.RpoAlpha is not null)
        {
            throw new UserErrorException(
                "trainer.rpo_alpha is given but trainer.loss_type is kto, which has no such term: leave it out, or use a loss of pairs.");
        }

        if (trainer.LossType != PreferenceLoss.Kto && (trainer.DesirableWeight ?? trainer.UndesirableWeight) is not null)
        {
            throw new UserErrorException(
                $"trainer.{(trainer.DesirableWeight is null ? "un" : "")}desirable_weight is given but trainer.loss_type is "
                + $"{trainer.LossType}, which has no such weight: leave it out, or use kto.");
        }

        if (trainer is { DesirableWeight: 0, UndesirableWeight: 0 })
        {
            throw new UserErrorException(
                "trainer.desirable_weight and trainer.undesirable_weight are both 0, so nothing would be learnt: "
                + "give one of them a weight.");
        }

        return trainer.LabelSmoothing == 0 || trainer.LossType is "sigmoid" or "robust"
            ? new PreferenceLoss(trainer.Beta, trainer.LossType, trainer.LabelSmoothing, trainer.RpoAlpha)
            {
                DesirableWeight = trainer.DesirableWeight,
                UndesirableWeight = trainer.UndesirableWeight,
            }
            : throw new UserErrorException(
                $"trainer.label_smoothing is {trainer.LabelSmoothing} but trainer.loss_type is {trainer.LossType}, which has none: "
                + "leave it out, or use sigmoid or robust.");
    }

    /// <summary>When a training asks its model anew; null where it does not.</summary>
    public static ResamplingPlan? Resampling(ExperimentOptions options)
    {
        var (every, questions) = (options.Trainer.ResampleEvery, options.Trainer.ResampleQuestions);
        return every is { } steps ? new ResamplingPlan(steps, questions)
            : questions is null ? null
            : throw new UserErrorException(
                "trainer.resample_questions is given without trainer.resample_every, so nothing is sampled anew: "
                + "give the steps between two samplings too, or leave it out.");
    }

    private static StepInterval Interval(IntervalStrategy strategy, long steps) =>
        new(strategy == IntervalStrategy.Steps ? steps : null, strategy == IntervalStrategy.Epoch);

    // Resume states go when the model is saved, so that none by steps still means some by the clock.
    private static ResumePolicy ResumePolicyOf(TrainerSection trainer)
    {
        var policy = new ResumePolicy { Steps = Interval(trainer.SaveStrategy, trainer.SaveSteps) };
        return policy with { Kept = trainer.SaveTotalLimit ?? policy.Kept };
    }

    /// <summary>How samples are chosen.</summary>
    public static SelectionOptions Selection(ExperimentOptions options) =>
        new(
            options.Selection.MaxSimilarity, options.Selection.MaxPairs, options.Selection.Percentile, options.Trainer.Seed,
            options.Selection.Pairs);

    /// <summary>How a configuration fine-tunes.</summary>
    public static TrainingSettings Sft(ExperimentOptions options) => new(
        Recipe(options), new TokenLimits(options.Data.MaxSrcLen, options.Data.MaxTgtLen, options.Data.ModelMaxLength),
        Prompt(options));

    /// <summary>How a configuration tunes on preferences.</summary>
    public static TrainingSettings Dpo(ExperimentOptions options) => new(
        Recipe(options),
        new TokenLimits(options.Trainer.MaxPromptLength, options.Trainer.MaxTargetLength, options.Trainer.MaxLength),
        Prompt(options));

    /// <summary>What judges answers.</summary>
    public static VerifierOptions Verifier(DataSection data) => new(
        SnakeCase.Of(data.Verifier.ToString()), data.VerifierTolerance, data.VerifierPattern, data.VerifierProgram, data.VerifierSeconds);

    /// <summary>Whether texts are those of the paper's code.</summary>
    public static bool IsPaperText(ExperimentOptions options) => options.Compat == Compatibility.Reference;

    /// <summary>How questions are put to the model.</summary>
    /// <exception cref="UserErrorException">The template's file cannot be read.</exception>
    public static PromptOptions Prompt(ExperimentOptions options) => new PromptOptions
    {
        System = options.Data.System,
        Arguments = options.Data.TemplateArgs,
        Now = PromptOptions.Day(options.Data.Now, "data.now"),
        PaperText = IsPaperText(options),
    }.WithTemplate(options.Data.Template);

    // Answers of another model, or of another server's, are other answers; that it is the same model wherever it stands is believed.
    private static TeacherPlan? Teacher(ExperimentOptions run) => run.Loop.Teacher is not { } teacher ? null
        : new(
            new AnswerOptions(
                0, UseCalculator: false,
                new GenerationOptions(
                    teacher.MaxTokens, GenerationOptions.DefaultSlots, null, run.Eval.Sampling.Temperature, 0, run.Eval.Sampling.TopP,
                    (ulong)run.Loop.Seed))
            {
                Server = SamplingServer.Of(teacher),
                Engine = $"teacher {teacher.Model}",
            },
            teacher.System, teacher.Samples);

    /// <summary>The whole loop: <paramref name="run"/> says how often and on what, the stage configurations how.</summary>
    public static LoopPlan Loop(ExperimentOptions run, ExperimentOptions sft, ExperimentOptions dpo, RunPaths paths)
    {
        CheckAdapters(sft.Trainer.Lora, dpo.Trainer.Lora);
        var tests = new List<KeyValuePair<string, string>> { new("test", paths.DataFile(run.Data.TestDataPath)) };
        if (run.Data.OodDataPath is { } other)
        {
            tests.Add(new("ood", paths.DataFile(other)));
        }

        return new LoopPlan
        {
            Folder = ExperimentFolder.Of(paths, run.ExpName),
            BaseModel = paths.ModelFolder,
            TrainFile = paths.DataFile(run.Data.TrainDataPath),
            DevFile = paths.DataFile(run.Data.DevDataPath),
            PoolFile = paths.PoolFile,
            TestSets = tests,
            Teacher = Teacher(run),
            Iterations = run.Loop.Iterations,
            PairSamples = run.Loop.PairSamples,
            PseudoLabelSamples = run.Loop.PseudoLabelSamples,
            BaselineSamples = run.Loop.BaselineSamples,
            EarlierSamples = run.Loop.EarlierSamples,
            Temperatures = run.Loop.Temperatures,
            Result = run.Loop.Result,
            DpoResampling = Resampling(dpo),
            SftResampling = Resampling(sft),
            EvalSamples = run.Loop.EvalSamples,
            Baseline = run.Loop.Baseline,
            Sft = Recipe(sft),
            WarmUpSteps = run.Loop.WarmUpSteps,
            SftLimits = Sft(sft).Limits,
            Dpo = Recipe(dpo),
            DpoLimits = Dpo(dpo).Limits,
            Loss = Loss(dpo),
            // The loop cuts questions as its fine-tuning does.
            Answers = AnswerOptions.Of(sft.Data, run.Eval, run.Loop.Seed, run.Generation),
            Selection = Selection(run) with { Seed = run.Loop.Seed },
            Columns = run.Data.Columns,
            Verifier = Verifier(run.Data),
            Prompt = Prompt(run),
            Configuration = new Dictionary<string, ExperimentOptions>(StringComparer.Ordinal)
            {
                ["run"] = run,
                ["sft"] = sft,
                ["dpo"] = dpo,
            },
        };
    }
}
