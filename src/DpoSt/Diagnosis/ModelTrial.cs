using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Models.Families;
using DpoSt.Models.Parameters;
using DpoSt.Text.Tokenizers;
using DpoSt.Training;
using DpoSt.Training.Objectives;
using static System.FormattableString;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>A small model with random weights that decodes and trains on a device, beside the same model on the CPU in fp64.</summary>
internal sealed class ModelTrial
{
    private const int Vocabulary = 997;
    private const int Rows = 16;
    private const int NewTokens = 48;
    private const int Steps = 5;

    // By type of products: what the rows' log-probabilities and a step's loss may differ from those in fp64, as a part
    // of them.
    private const double Single = 2e-5;
    private const double Narrow = 4e-2;

    private readonly ModelFamily family;
    private readonly string name;

    private ModelTrial(JsonObject config)
    {
        name = (string)config["model_type"]!;
        family = ModelFamilies.Of(JsonSerializer.SerializeToElement(config), "config.json");
    }

    /// <summary>One of a kind: a decoder alone, and an encoder with a decoder.</summary>
    public static IReadOnlyList<ModelTrial> All { get; } =
    [
        new(new JsonObject
        {
            ["model_type"] = "llama", ["vocab_size"] = Vocabulary, ["hidden_size"] = 128, ["intermediate_size"] = 352,
            ["num_hidden_layers"] = 3, ["num_attention_heads"] = 4, ["num_key_value_heads"] = 2, ["initializer_range"] = 0.08,
        }),
        new(new JsonObject
        {
            ["model_type"] = "t5", ["vocab_size"] = Vocabulary, ["d_model"] = 128, ["d_kv"] = 32, ["d_ff"] = 256, ["num_layers"] = 2,
            ["num_heads"] = 4, ["feed_forward_proj"] = "gated-gelu", ["tie_word_embeddings"] = false,
        }),
    ];

    /// <summary>What the model gave while it decoded, word by word with a cache, and what it gives those answers in one pass.</summary>
    public CheckResult Decode(Device device, ScalarType products)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = New(device, ScalarType.Float32, products);
        using var reference = New(CPU, ScalarType.Float64, ScalarType.Float64);
        var requests = Enumerable.Range(0, Rows).Select(i => new GenerationRequest($"{i}", 0, Ids(i, 3 + i))).ToList();
        var generator = new Generation.Generator(
            model, IdTokenizer.New(name, Vocabulary, eos: -1), new GenerationOptions(NewTokens, Rows / 2, null, Temperature: 1));
        var answers = new Generated[Rows];
        generator.Run(requests, answer => answers[answer.Index] = answer, CancellationToken.None);                    // warms up
        var started = Stopwatch.GetTimestamp();
        generator.Run(requests, answer => answers[answer.Index] = answer, CancellationToken.None);
        var rate = Rows * NewTokens / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var batch = TokenBatch.Of([.. answers.Zip(requests, (answer, request) => (request.Prompt, answer.Ids, (long)answer.Index))]);
        var expected = CompletionScores.Numbers(reference.TokenLogProbs(batch, null)).Chunk(NewTokens).Select(row => row.Sum()).ToArray();
        var error = answers.Zip(expected, (answer, sum) => Math.Abs(answer.LogProb - sum)).Sum() / Math.Abs(expected.Sum());
        return Result("decodes", device, products, error, rate);
    }

    /// <summary>The losses of some steps.</summary>
    public CheckResult Train(Device device, ScalarType products)
    {
        using var scope = NewDisposeScope();
        var (losses, rate) = Losses(device, ScalarType.Float32, products);
        var (expected, _) = Losses(CPU, ScalarType.Float64, ScalarType.Float64);
        var error = losses.Zip(expected, (loss, plain) => Math.Abs(loss - plain) / plain).Max();
        return Result("trains", device, products, error, rate);
    }

    private CheckResult Result(string what, Device device, ScalarType products, double error, double rate)
    {
        var tolerance = products == ScalarType.BFloat16 ? Narrow : Single;
        var kind = products == ScalarType.BFloat16 ? " in bf16" : "";
        var isRight = error <= tolerance;
        return new(
            $"{name} {what}{kind} on {device}", isRight ? CheckState.Green : CheckState.Red,
            Invariant($"error {error:0.0e+0} of {tolerance:0.0e+0}, {rate:0} tokens a second"),
            isRight ? null : "results here would be wrong: see the kernels above, and report it with what dpost info --json prints")
        {
            Error = error,
            Tolerance = tolerance,
            TokensPerS = rate,
        };
    }

    private (double[] Losses, double Rate) Losses(Device device, ScalarType dtype, ScalarType products)
    {
        using var model = New(device, dtype, products);
        var lines = new List<TrainingLine>();
        var options = new TrainerOptions(
            Steps, new LearningRateSchedule("constant", 1e-3, Steps, 0), new AdamWOptions(), MaxGradNorm: 1, Dropout: 0.1, Seed: 1,
            LogEvery: 1);
        new Trainer<TokenBatch>(model.Parameters, new SftObjective(model), options).Run(
            step => [Batch((int)step)], lines.Add, _ => { }, CancellationToken.None);
        return ([.. lines.Select(line => line.Loss)], lines.Skip(1).Average(line => line.TokensPerSecond));
    }

    private ILanguageModel New(Device device, ScalarType dtype, ScalarType products)
    {
        var parameters = new ParameterSet(family.Costs.Specs, device, dtype, products);
        parameters.Initialise(1);
        return family.Costs.Over(parameters, false);
    }

    private static TokenBatch Batch(int step) => TokenBatch.Of(
        [.. Enumerable.Range(0, Rows).Select(i => (Ids(step * Rows + i, 5 + i), Ids(1000 + step * Rows + i, 8 + i), (long)i))]);

    private static int[] Ids(int seed, int count)
    {
        var random = new SplitMix64((ulong)seed);
        var ids = new int[count];
        for (var t = 0; t < count; t++)
        {
            ids[t] = 3 + random.Next(Vocabulary - 3);
        }

        return ids;
    }
}
