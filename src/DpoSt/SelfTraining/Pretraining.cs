using System.Text.Json;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
using DpoSt.Runs;
using DpoSt.Text.Tokenizers;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.SelfTraining;

/// <summary>How the embedded base model is made.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="BatchSize">Rows a step.</param>
/// <param name="LearningRate">The peak; linear decay to zero.</param>
/// <param name="OneStepRows">One-step problems with rationales.</param>
/// <param name="ArithmeticRows">Bare arithmetic.</param>
/// <param name="DenoisingRows">Stories with spans to fill in.</param>
/// <param name="Seed">Of the problems, the order and the initial weights.</param>
public sealed record PretrainingOptions(
    long Steps = 6000, int BatchSize = 48, double LearningRate = 2e-3, int OneStepRows = 40_000, int ArithmeticRows = 6_000, int DenoisingRows = 4_000, long Seed = 42);

/// <summary>
/// Makes the small T5 that the demo starts from: trains a vocabulary and a fresh model on <see cref="PretrainingMix"/>, and writes both in
/// Hugging Face layout.
/// </summary>
public static class Pretraining
{
    /// <summary>The shape of the embedded model.</summary>
    internal static readonly T5Config Shape = new()
    {
        VocabSize = 0,
        DModel = 128,
        DKv = 32,
        DFf = 384,
        NumLayers = 2,
        NumDecoderLayers = 2,
        NumHeads = 4,
        DropoutRate = 0,
        FeedForwardProj = "gated-gelu",
        TieWordEmbeddings = true,
        PadTokenId = 0,
        EosTokenId = 1,
        DecoderStartTokenId = 0,
    };

    private const int VocabularySize = 1536;

    /// <summary>Trains and writes the model, or goes on where an earlier start of the same was interrupted; gives a sentence on what came out.</summary>
    /// <exception cref="UserErrorException">Another process makes it, or nothing can be written there.</exception>
    public static string Run(string folder, PretrainingOptions options, Device device, IStageReporter reporter, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(reporter);
        var recipe = RecipeOf(options);
        reporter.Begin("pretrain", $"a small T5 into {StageActions.Shown(folder)}", options.Steps, "steps");
        using var training = TrainingFolder.Open(
            folder, TrainingKey.FromScratch(new { options, Shape, VocabularySize, Recipe = recipe }), recipe.TensorBoard, fresh: false,
            reporter, "--output");
        if (training is null)
        {
            return $"{StageActions.Shown(folder)} is done already with these options";
        }

        using var draft = new DraftFolder(folder);
        AtomicFile.WriteAllText(
            Path.Combine(draft.Path, "tokenizer.json"),
            BpeTrainer.Train(PretrainingMix.VocabularyTexts(options.Seed), VocabularySize, sentinels: 16));
        var tokenizer = TokenizerLoader.Load(draft.Path);
        var config = Shape with { VocabSize = (tokenizer.VocabularySize + 15) / 16 * 16 };
        WriteConfiguration(draft.Path, config);

        using var model = new T5Model(config, new ParameterSet(T5Weights.Specs(config), device));
        model.Parameters.Initialise((ulong)options.Seed);
        FineTuning.Run(
            model, PretrainingMix.Rows(tokenizer, options), recipe, training.Log, reporter.Advance, cancel,
            steps => training.CheckpointsOf(recipe, steps));
        training.Finish(model, draft.Path, whole: null);
        return $"model in {StageActions.Shown(folder)}";
    }

    private static TrainingRecipe RecipeOf(PretrainingOptions options) => new()
    {
        BatchSize = options.BatchSize,
        MaxSteps = options.Steps,
        LearningRate = options.LearningRate,
        WarmupRatio = 0.03,
        Dropout = 0,
        Seed = options.Seed,
        LogEvery = 100,
        LengthWindow = 16,
    };

    private static void WriteConfiguration(string folder, T5Config config)
    {
        var json = JsonSerializer.SerializeToNode(config, ModelJson.Options)!.AsObject();
        json["architectures"] = new System.Text.Json.Nodes.JsonArray("T5ForConditionalGeneration");
        json["model_type"] = "t5";
        json["is_encoder_decoder"] = true;
        json["torch_dtype"] = "float32";
        AtomicFile.WriteAllText(Path.Combine(folder, "config.json"), json.ToJsonString(ModelJson.Options) + "\n");
        AtomicFile.WriteAllText(Path.Combine(folder, "generation_config.json"), """
            {
              "decoder_start_token_id": 0,
              "eos_token_id": 1,
              "pad_token_id": 0
            }

            """);
        AtomicFile.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """
            {
              "tokenizer_class": "PreTrainedTokenizerFast",
              "eos_token": "</s>",
              "pad_token": "<pad>",
              "unk_token": "<unk>"
            }

            """);
    }
}
