using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Generation;
using DpoSt.Runs;
using DpoSt.SelfTraining.Resampling;
using DpoSt.SelfTraining.Stages;
using DpoSt.Text.Chat;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using DpoSt.Verification;

namespace DpoSt.Tests.SelfTraining.Stages;

/// <summary>What the outcome of a stage depends on is in its provenance: whatever of it changes, the stage runs again.</summary>
public sealed class StageOptionsTests : IDisposable
{
    private static readonly TokenLimits Limits = new(100, 200, 300);
    private static readonly TrainingSettings Plain = new(new TrainingRecipe(), Limits, new());

    private static readonly TrainingRecipe[] OtherRecipes =
    [
        new() { BatchSize = 9 }, new() { GradientAccumulation = 2 }, new() { Epochs = 2 }, new() { MaxSteps = 5 },
        new() { LearningRate = 1e-4 },
        new() { Schedule = "cosine" }, new() { WarmupRatio = 0.1 }, new() { WarmupSteps = 3 }, new() { MinRateRatio = 0.1 },
        new() { Cycles = 2 },
        new() { Power = 2 }, new() { EndRate = 1e-6 }, new() { AdamW = new AdamWOptions(0.1) },
        new() { AdamW = new AdamWOptions(Beta1: 0.8) },
        new() { AdamW = new AdamWOptions(Beta2: 0.9) }, new() { AdamW = new AdamWOptions(Epsilon: 1e-6) }, new() { MaxGradNorm = 2 },
        new() { Dropout = 0.2 }, new() { Seed = 1 }, new() { LengthWindow = 1 }, new() { MeanOfMeans = true }, new() { Bf16 = true },
    ];

    private static readonly PromptOptions[] OtherPrompts =
    [
        new() { PaperText = true }, new() { Template = PromptOptions.None }, new() { System = "Be brief." },
        new() { OwnTemplate = "{{ 1 }}" },
        new() { Arguments = new Dictionary<string, JsonElement> { ["enable_thinking"] = JsonSerializer.SerializeToElement(false) } },
    ];

    private static readonly TrainingSettings[] OtherSettings =
    [
        .. OtherRecipes.Select(recipe => Plain with { Recipe = recipe }), .. OtherPrompts.Select(prompt => Plain with { Prompt = prompt }),
        Plain with { Limits = Limits with { Prompt = 99 } },
        Plain with { Limits = Limits with { Completion = 199 } }, Plain with { Limits = Limits with { Total = 299 } },
    ];

    private readonly TemporaryFolder folder = new();

    public StageOptionsTests()
    {
        AtomicFile.WriteAllText(folder.File("model/config.json"), "{}");
        AtomicFile.WriteAllText(folder.File("other/config.json"), "{ }");
        AtomicFile.WriteAllText(Rows("rows"), "a");
        AtomicFile.WriteAllText(Rows("others"), "b");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_fine_tuning_s()
    {
        var stage = new SftStage("sft-0", folder.File("model"), Rows("rows"), null, folder.File("to"), Plain);
        var told = new TrainingRecipe { LogEvery = 3, TensorBoard = true };
        Assert.Equal(Key(stage), Key(stage with { Settings = Plain with { Recipe = told }, To = "elsewhere" }));
        AllDiffer(
        [
            stage, stage with { From = folder.File("other") }, stage with { Data = Rows("others") },
            .. OtherSettings.Select(settings => stage with { Settings = settings }),
        ]);
    }

    [Fact]
    public void A_preference_tuning_s()
    {
        var loss = new PreferenceLoss();
        var stage = new DpoStage("dpo-1", folder.File("model"), folder.File("rows"), folder.File("to"), loss, Plain);
        PreferenceLoss[] losses =
        [
            loss with { Beta = 0.2 }, loss with { LossType = "ipo" }, loss with { LabelSmoothing = 0.1 }, loss with { RpoAlpha = 1 },
            loss with { DesirableWeight = 2 }, loss with { UndesirableWeight = 2 },
        ];
        var again = new ResamplingOptions(
            5, null, 2, new AnswerOptions(50, true, new GenerationOptions(100, 8, null)), new(),
            new QuestionSet("train", Rows("rows"), new VerifierOptions()));
        ResamplingOptions[] resamplings =
        [
            again, again with { Every = 6 }, again with { QuestionsAtOnce = 3 }, again with { Samples = 3 },
            again with { Answers = again.Answers with { UseCalculator = false } }, again with { Selection = new(MaxPairs: 4) },
            again with { Questions = again.Questions with { File = Rows("others") } },
            again with { Questions = again.Questions with { Verifier = new("boxed") } },
        ];
        AllDiffer(
        [
            stage, new SftStage("sft-0", folder.File("model"), Rows("rows"), null, folder.File("to"), Plain),
            stage with { From = folder.File("other") },
            stage with { PairsFolder = folder.File("others") }, .. losses.Select(other => stage with { Loss = other }),
            .. resamplings.Select(other => stage with { Resampling = other }),
            .. OtherSettings.Select(settings => stage with { Settings = settings }),
        ]);
    }

    /// <summary>Options that came later are not named at their defaults: what was made before them counts.</summary>
    [Fact]
    public void Later_options_are_in_no_key_unless_they_are_set()
    {
        IStage[] stages =
        [
            new SftStage("sft-0", "from", "rows", null, "to", Plain),
            new DpoStage("dpo-1", "from", "rows", "to", new PreferenceLoss(), Plain),
        ];
        Assert.All(stages, stage => Assert.DoesNotMatch("Resampl|Desirable|Bf16|Lora", JsonSerializer.Serialize(stage.Options)));
    }

    [Fact]
    public void That_of_a_reference_s_scores()
    {
        var stage = new DpoStage("dpo-1", folder.File("model"), folder.File("rows"), folder.File("to"), new PreferenceLoss(), Plain);
        string[] keys =
        [
            stage.ReferenceKey("model"), stage.ReferenceKey("other"),
            .. OtherSettings.Where(s => s.Recipe == Plain.Recipe || s.Recipe.Bf16)
                .Select(s => (stage with { Settings = s }).ReferenceKey("model")),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        var later = Plain with { Recipe = Plain.Recipe with { LearningRate = 1 } };
        Assert.Equal(keys[0], (stage with { Settings = later }).ReferenceKey("model"));        // they do not depend on what comes after
    }

    [Fact]
    public void Answers()
    {
        var decoding = new GenerationOptions(100, 8, null, 0.7, 50, 1, 3);
        var source = new AnswerSource(
            folder.File("model"), [new("questions", Rows("rows"))], new AnswerOptions(50, true, decoding), SampleFormat.Dpost, new(),
            Verifiers.Number);
        AnswerOptions[] others =
        [
            source.Answers with { MaxPromptTokens = 51 }, source.Answers with { UseCalculator = false },
            source.Answers with { Bf16 = true }, source.Answers.Greedy,
            .. ((GenerationOptions[])
            [
                decoding with { MaxNewTokens = 99 }, decoding with { Slots = 9 }, decoding with { TopK = 49 },
                decoding with { TopP = 0.9 }, decoding with { Seed = 4 },
            ]).Select(other => source.Answers with { Decoding = other }),
        ];
        AllDiffer(
        [
            .. others.Select(other => source with { Answers = other })
                .Concat(
                [
                    source, .. OtherPrompts.Select(prompt => source with { Prompt = prompt }),
                    source with { Format = SampleFormat.Reference },
                    source with { Model = folder.File("other") },
                    source with { Questions = [new("questions", Rows("others"))] },
                ])
                .Select(s => new SampleStage(
                    "sample sft-0", s, new QuestionSet("train", Rows("rows"), new VerifierOptions()), folder.Root, [0])),
        ]);
    }

    [Fact]
    public void Verdicts()
    {
        var program = folder.File("judge", "#!/bin/sh");
        var experiment = new ExperimentFolder("x", folder.Root, folder.Root, folder.File("x.json"));
        VerifierOptions[] verifiers =
        [
            new(), new("number", Tolerance: 0.1), new("boxed"), new("boxed", Tolerance: 0.1), new("regex", Pattern: "a"),
            new("regex", Pattern: "b"), new("program", Program: program), new("program", Program: program, Seconds: 1),
        ];
        AllDiffer([.. verifiers.SelectMany(Judging)]);

        // A program is what it says.
        var before = Judging(verifiers[6]).Select(Key).ToList();
        File.WriteAllText(program, "#!/bin/bash");
        Assert.All(Judging(verifiers[6]).Select(Key).Zip(before), keys => Assert.NotEqual(keys.First, keys.Second));

        IStage[] Judging(VerifierOptions verifier)
        {
            var (run, questions) = (RunName.Sft(0), new QuestionSet("test", Rows("rows"), verifier));
            var answers = new AnswerOptions(50, true, new GenerationOptions(100, 8, null, 0.7, 50, 1, 3));
            AtomicFile.WriteAllText(experiment.Greedy(run, "test"), "x");
            AtomicFile.WriteAllText(Path.Combine(experiment.Model(run), "config.json"), "{}");
            return
            [
                new LabelStage("label sft-0", run, questions, [(0, experiment.Greedy(run, "test"))], experiment),
                new CountGreedyStage("eval-greedy sft-0", run, questions, experiment, null),
                new EvaluateStage("evaluate sft-0", run, [questions], answers, 0, experiment, new()),
            ];
        }
    }

    private static void AllDiffer(IReadOnlyList<IStage> stages) => Assert.Equal(stages.Count, stages.Select(Key).Distinct().Count());

    private static string Key(IStage stage) => Provenance.Of(stage.Options, stage.Inputs).Key();

    private string Rows(string name) => folder.File($"{name}/train_dpo_processed.jsonl");
}
