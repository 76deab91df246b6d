using DpoSt.Answering;
using DpoSt.Parallel;
using DpoSt.SelfTraining;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.SelfTraining;

/// <summary>What a trained model depends on is in its key: whatever of it changes, the model is trained again.</summary>
public sealed class TrainingKeyTests : IDisposable
{
    private static readonly TokenLimits Limits = new(100, 200, 300);
    private static readonly TokenLimits[] OtherLimits = [Limits with { Prompt = 99 }, Limits with { Completion = 199 }, Limits with { Total = 299 }];

    private static readonly TrainingRecipe[] OtherRecipes =
    [
        new() { BatchSize = 9 }, new() { GradientAccumulation = 2 }, new() { Epochs = 2 }, new() { MaxSteps = 5 }, new() { LearningRate = 1e-4 },
        new() { Schedule = "cosine" }, new() { WarmupRatio = 0.1 }, new() { WarmupSteps = 3 }, new() { MinRateRatio = 0.1 }, new() { Cycles = 2 },
        new() { Power = 2 }, new() { EndRate = 1e-6 }, new() { AdamW = new AdamWOptions(0.1) }, new() { AdamW = new AdamWOptions(Beta1: 0.8) },
        new() { AdamW = new AdamWOptions(Beta2: 0.9) }, new() { AdamW = new AdamWOptions(Epsilon: 1e-6) }, new() { MaxGradNorm = 2 }, new() { Dropout = 0.2 },
        new() { Seed = 1 }, new() { LengthWindow = 1 }, new() { MeanOfMeans = true }, new() { Bf16 = true },
    ];

    private readonly TemporaryFolder folder = new();

    public TrainingKeyTests()
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
        var actions = Actions(referenceText: false);
        var (model, other, rows, others) = (folder.File("model"), folder.File("other"), Rows("rows"), Rows("others"));
        var key = actions.FineTuneKey(model, rows, Limits, new TrainingRecipe()).Digest();
        Assert.Equal(key, Actions(referenceText: false).FineTuneKey(model, rows, Limits, new TrainingRecipe { LogEvery = 3, TensorBoard = true }).Digest());
        string[] changed =
        [
            actions.FineTuneKey(other, rows, Limits, new TrainingRecipe()).Digest(),
            actions.FineTuneKey(model, others, Limits, new TrainingRecipe()).Digest(),
            Actions(referenceText: true).FineTuneKey(model, rows, Limits, new TrainingRecipe()).Digest(),
            .. OtherLimits.Select(limits => actions.FineTuneKey(model, rows, limits, new TrainingRecipe()).Digest()),
            .. OtherRecipes.Select(recipe => actions.FineTuneKey(model, rows, Limits, recipe).Digest()),
        ];
        Assert.Equal(changed.Length + 1, changed.Append(key).Distinct().Count());
    }

    [Fact]
    public void A_preference_tuning_s()
    {
        var actions = Actions(referenceText: false);
        var (model, pairs) = (folder.File("model"), folder.File("rows"));
        var loss = new PreferenceLoss();
        PreferenceLoss[] losses = [loss with { Beta = 0.2 }, loss with { LossType = "ipo" }, loss with { LabelSmoothing = 0.1 }, loss with { RpoAlpha = 1 }];
        string[] keys =
        [
            actions.PreferenceTuneKey(model, pairs, Limits, loss, new TrainingRecipe()).Digest(),
            actions.FineTuneKey(model, Rows("rows"), Limits, new TrainingRecipe()).Digest(),
            actions.PreferenceTuneKey(folder.File("other"), pairs, Limits, loss, new TrainingRecipe()).Digest(),
            actions.PreferenceTuneKey(model, folder.File("others"), Limits, loss, new TrainingRecipe()).Digest(),
            Actions(referenceText: true).PreferenceTuneKey(model, pairs, Limits, loss, new TrainingRecipe()).Digest(),
            .. OtherLimits.Select(limits => actions.PreferenceTuneKey(model, pairs, limits, loss, new TrainingRecipe()).Digest()),
            .. losses.Select(other => actions.PreferenceTuneKey(model, pairs, Limits, other, new TrainingRecipe()).Digest()),
            .. OtherRecipes.Select(recipe => actions.PreferenceTuneKey(model, pairs, Limits, loss, recipe).Digest()),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void That_of_a_reference_s_scores()
    {
        var actions = Actions(referenceText: false);
        var recipe = new TrainingRecipe();
        string[] keys =
        [
            actions.ReferenceKey("model", Limits, recipe), actions.ReferenceKey("other", Limits, recipe), actions.ReferenceKey("model", Limits, recipe with { Bf16 = true }),
            Actions(referenceText: true).ReferenceKey("model", Limits, recipe), .. OtherLimits.Select(limits => actions.ReferenceKey("model", limits, recipe)),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], actions.ReferenceKey("model", Limits, recipe with { LearningRate = 1 }));        // they do not depend on what comes after
    }

    private static StageActions Actions(bool referenceText) => new(CPU, referenceText, fresh: false, new SingleProcess());

    private string Rows(string name) => folder.File($"{name}/train_dpo_processed.jsonl");
}
