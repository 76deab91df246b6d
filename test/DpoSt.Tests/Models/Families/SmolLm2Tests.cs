using System.IO.Compression;
using System.Text.Json;
using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Text.Tokenizers;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Families;

/// <summary>Real weights, SmolLM2-135M-Instruct, against the numbers of transformers 5.23 in fp32.</summary>
public sealed class SmolLm2Tests(SmolLm2Tests.Unpacked unpacked) : IClassFixture<SmolLm2Tests.Unpacked>
{
    private readonly JsonElement golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(unpacked.Folder, "golden.json"))).RootElement;

    [Fact]
    public void Log_probabilities_equal_the_originals()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = ModelFolder.LoadToRead(unpacked.Folder, CPU);
        var rows = golden.GetProperty("log_probs").EnumerateArray().ToList();
        Assert.Equal(24, rows.Count);
        Assert.All(rows, row =>
        {
            var batch = TokenBatch.Of([(Ids(row, "prompt_ids"), Ids(row, "completion_ids"), 0)]);
            var ours = model.TokenLogProbs(batch, null).data<double>().ToArray();
            var first = row.GetProperty("first_log_probs").Deserialize<double[]>()!;
            Assert.All(first.Zip(ours), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            Assert.Equal(row.GetProperty("log_prob").GetDouble() / ours.Length, ours.Average(), 1e-4);
        });
    }

    [Fact]
    public void Greedy_ids_equal_the_originals()
    {
        using var model = ModelFolder.LoadToRead(unpacked.Folder, CPU);
        var rows = golden.GetProperty("greedy_100").EnumerateArray().ToList();
        Assert.Equal(8, rows.Count);
        var ends = ModelFolder.EndsOf(unpacked.Folder);
        var tokenizer = IdTokenizer.New(unpacked.Folder, model.VocabularySize, ends[0]);
        var answers = new Generated[rows.Count];
        new DpoSt.Generation.Generator(model, tokenizer, new GenerationOptions(100, 8, null)) { Ends = ends.ToHashSet() }.Run(
            [.. rows.Select((row, i) => new GenerationRequest($"{i}", 0, Ids(row, "prompt_ids")))],
            answer => answers[answer.Index] = answer, TestContext.Current.CancellationToken);
        Assert.All(rows.Zip(answers), row => Assert.Equal(Ids(row.First, "ids"), row.Second.Ids));
    }

    private static int[] Ids(JsonElement row, string key) => row.GetProperty(key).Deserialize<int[]>()!;

    /// <summary>The model's folder, its weights unpacked once for all tests.</summary>
    public sealed class Unpacked : IDisposable
    {
        private readonly TemporaryFolder temporary = new();

        public Unpacked()
        {
            var origin = SharedFolder.Path("models", "smollm2-135m-instruct");
            foreach (var file in Directory.EnumerateFiles(origin, "*.json"))
            {
                File.Copy(file, Path.Combine(temporary.Root, Path.GetFileName(file)));
            }

            using var packed = new GZipStream(File.OpenRead(Path.Combine(origin, "model.safetensors.gz")), CompressionMode.Decompress);
            using var weights = File.Create(Path.Combine(temporary.Root, "model.safetensors"));
            packed.CopyTo(weights);
        }

        public string Folder => temporary.Root;

        public void Dispose() => temporary.Dispose();
    }
}
