using System.Text.Json;
using DpoSt.Answering;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
using DpoSt.Runs;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Text.Chat;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.SelfTraining.Stages;

/// <summary>
/// Makes the small T5 that the demo starts from: trains a vocabulary and a fresh model on <see cref="PretrainingMix"/>, and writes both in
/// Hugging Face layout.
/// </summary>
internal sealed record PretrainStage(string To, PretrainingOptions Settings) : IStage
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

    public string Name => "pretrain";

    public object Options => new { Settings, Shape, VocabularySize, Recipe };

    public IReadOnlyList<StageInput> Inputs => Settings.From is { } from ? [new("model", from)] : [];

    public IReadOnlyList<string> Outputs => [To];

    public bool IsShared => true;

    public bool IsKept => true;

    private TrainingRecipe Recipe => new()
    {
        BatchSize = Settings.BatchSize,
        MaxSteps = Settings.Steps,
        LearningRate = Settings.LearningRate,
        WarmupRatio = 0.03,
        Dropout = 0,
        Seed = Settings.Seed,
        LogEvery = 100,
        LengthWindow = 16,
    };

    public string Cost(RunContext context, bool isReady) => $"{Settings.Steps} steps";

    public string Run(RunContext context, Provenance? made)
    {
        context.Reporter.Begin(Name, $"a small T5 into {Shown.Path(To)}", Settings.Steps, "steps");
        if (Settings.From is { } from)
        {
            ModelBundle.CheckFolder(from);
            return TrainingSession.Run(context, Task(from), made, Train);
        }

        using var draft = new ScratchFolder();
        AtomicFile.WriteAllText(
            Path.Combine(draft.Path, "tokenizer.json"),
            BpeTrainer.Train(PretrainingMix.VocabularyTexts(Settings.Seed), VocabularySize, sentinels: 16));
        var tokenizer = TokenizerLoader.Load(draft.Path);
        var config = Shape with { VocabSize = (tokenizer.VocabularySize + 15) / 16 * 16 };
        WriteConfiguration(draft.Path, config);
        return TrainingSession.Run(context, Task(draft.Path), made, Train, _ => New(draft.Path, config, tokenizer, context.Device));
    }

    private TrainingTask Task(string from) => new(from, To, Recipe, new PromptOptions(), PlaceOption: "--output");

    private string Train(TrainingSession session, ModelBundle bundle)
    {
        var rows = EncodedRows.Of(PretrainingMix.Rows(bundle.Tokenizer, Settings));
        return $"loss {session.Train(new SftObjective(bundle.Model), rows, null, dropout: 0).Loss:0.000}";
    }

    private ModelBundle New(string folder, T5Config config, ITokenizer tokenizer, Device device)
    {
        var model = new T5Model(config, new ParameterSet(T5Weights.Specs(config), device));
        model.Parameters.Initialise((ulong)Settings.Seed);
        return new ModelBundle(folder, model, tokenizer, PromptFormat.T5);
    }

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
