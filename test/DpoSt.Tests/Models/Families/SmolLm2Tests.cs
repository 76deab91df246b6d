using System.IO.Compression;
using System.Text.Json;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Tests.App;
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
    public void Greedy_chats_equal_the_originals()
    {
        var rows = golden.GetProperty("greedy_100").EnumerateArray().ToList();
        Assert.Equal(8, rows.Count);
        var input = string.Concat(
            rows.Select(row => $$"""{"messages": {{JsonSerializer.Serialize(row.GetProperty("messages"))}}}""" + "\n"));
        var run = CommandRun.With(
            input, "complete", "--model", unpacked.Folder, "--max-new-tokens", "100", "--batch", "8", "--calculator", "none", "--json");
        Assert.True(run.Code == 0, run.Error);
        var answers = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);
        Assert.All(rows.Zip(answers), row => Assert.Equal(Ids(row.First, "ids"), Ids(row.Second, "ids")));
    }

    [Fact]
    public void A_conversation_says_what_the_original_says()
    {
        var rows = golden.GetProperty("greedy_100").EnumerateArray().Where(row => row.GetProperty("messages").GetArrayLength() == 1)
            .OrderBy(row => Ids(row, "ids").Length).Take(2).ToList();
        var input = string.Join("\n/reset\n", rows.Select(row => row.GetProperty("messages")[0].GetProperty("content").GetString()));
        var run = CommandRun.With(input, "chat", "--model", unpacked.Folder, "--max-new-tokens", "100");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(string.Concat(rows.Select(row => row.GetProperty("text").GetString() + "\n")), run.Out);
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
