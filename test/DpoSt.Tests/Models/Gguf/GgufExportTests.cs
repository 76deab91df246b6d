using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Models.Gguf;
using DpoSt.Tests.App;
using DpoSt.Tests.Models.Families;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Models.Gguf;

/// <summary>SmolLM2's real weights as GGUF, in llama.cpp.</summary>
public sealed class GgufExportTests(SmolLm2Tests.Unpacked unpacked) : IClassFixture<SmolLm2Tests.Unpacked>
{
    private readonly JsonElement golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(unpacked.Folder, "golden.json"))).RootElement;

    [Fact]
    public void In_32_bits_llama_cpp_says_what_the_original_says() => Compare(chats: 2);

    [Fact(Explicit = true)] // half a minute
    public void In_32_bits_llama_cpp_says_all_that_the_original_says() => Compare(chats: 8);

    private void Compare(int chats)
    {
        using var folder = new TemporaryFolder();
        var run = CommandRun.Of("export", "--model", unpacked.Folder, "--gguf", folder.File("smol.gguf"), "--type", "f32");
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("FROM ./smol.gguf", File.ReadAllText(folder.File("Modelfile")));
        using var llama = new LlamaCpp(folder.File("smol.gguf"));
        var tokenizer = TokenizerLoader.Load(unpacked.Folder);
        var texts = golden.GetProperty("texts").EnumerateArray().Select(Text).Take(200).ToList();
        Assert.Equal(200, texts.Count);
        Assert.All(texts, text => Assert.Equal(tokenizer.Encode(text, addSpecialTokens: false), llama.Ids(text)));
        Assert.All(golden.GetProperty("greedy_100").EnumerateArray().OrderBy(row => Ids(row, "ids").Length).Take(chats), row =>
        {
            var (expected, prompt) = (Ids(row, "ids"), Ids(row, "prompt_ids"));
            Assert.Equal(prompt, llama.Ids(row.GetProperty("prompt").GetString()!));
            AssertSame(expected, llama.Greedy(prompt, expected.Length, new HashSet<int> { tokenizer.EosId }));
        });
    }

    [Fact(Explicit = true)]
    public void In_8_bits_a_token_costs_little_more()
    {
        using var folder = new TemporaryFolder();
        GgufExport.Run(unpacked.Folder, folder.File("smol.gguf"), GgufType.Q8, (_, _) => { });
        using var llama = new LlamaCpp(folder.File("smol.gguf"));
        var rows = golden.GetProperty("log_probs").EnumerateArray().ToList();
        Assert.Equal(24, rows.Count);
        var differences = rows.Select(row =>
        {
            var ours = llama.LogProbs(Ids(row, "prompt_ids"), Ids(row, "completion_ids"));
            return Math.Abs(ours.Average() - (row.GetProperty("log_prob").GetDouble() / ours.Length));
        });
        Assert.InRange(differences.Average(), 0, 0.02);
    }

    // Windows, two bases of positions, norms that add one and another scale of scores; norms of heads. Ties are near with random weights.
    [Theory]
    [InlineData("qwen3")]
    [InlineData("gemma3")]
    public void Another_family_says_in_llama_cpp_what_it_says_here(string family)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["config.json", "model.safetensors"])
        {
            File.Copy(SharedFolder.Path("fixtures", "families", family, name), folder.File(name));
        }

        AtomicFile.WriteAllText(folder.File("tokenizer.json"), family == "qwen3" ? GgufTokenizers.ByteLevel() : GgufTokenizers.Pieces());
        AtomicFile.WriteAllText(folder.File("tokenizer_config.json"), """{"eos_token": "<eos>", "extra_special_tokens": ["zq300"]}""");
        GgufExport.Run(folder.Root, folder.File("model.gguf"), GgufType.F32, (_, _) => { });
        var again = Assert.Throws<UserErrorException>(() => Export("model.gguf"));
        Assert.Equal(
            $"{folder.File("model.gguf")} is there already, and would be replaced: remove it, or name another place for --gguf.",
            again.Message);
        Export("other.gguf");                                          // its Modelfile is an export's own
        File.WriteAllText(folder.File("Modelfile"), "FROM ./mine.gguf\n");
        Assert.Contains("Modelfile is there already", Assert.Throws<UserErrorException>(() => Export("third.gguf")).Message);
        void Export(string name) => GgufExport.Run(folder.Root, folder.File(name), GgufType.F16, (_, _) => { });

        using var llama = new LlamaCpp(folder.File("model.gguf"));
        var tokenizer = TokenizerLoader.Load(folder.Root);
        foreach (var text in (string[])["the hen then 12 eggs", "in the inn", "é 😀", "a  b\nc", "<eos>the", "thezq300hen"])
        {
            Assert.Equal(tokenizer.Encode(text, addSpecialTokens: false), llama.Ids(text));
        }

        int[] prompt = [5, 17, 40, 66, 99, 101, 31, 8, 77, 64, 250, 12, 13, 14, 200, 18];
        var run = CommandRun.With(
            JsonSerializer.Serialize(new { input_ids = prompt }) + "\n", "complete", "--model", folder.Root, "--max-new-tokens", "24",
                "--json");
        Assert.True(run.Code == 0, run.Error);
        var expected = Ids(JsonDocument.Parse(run.Out).RootElement, "ids");
        var actual = llama.Greedy(prompt, expected.Length, new HashSet<int> { 2 });
        AssertSame(expected, actual);
    }

    // llama.cpp knows one activation a family, and reads none from the file.
    [Theory]
    [InlineData("qwen3", "hidden_act", "gelu")]
    [InlineData("gemma3", "hidden_activation", "gelu")]
    public void An_activation_that_llama_cpp_would_not_compute_is_refused(string family, string key, string activation)
    {
        using var folder = new TemporaryFolder();
        var origin = SharedFolder.Path("fixtures", "families", family);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(origin, "config.json")))!.AsObject();
        config[key] = activation;
        folder.File("config.json", config.ToJsonString());
        File.CreateSymbolicLink(folder.File("model.safetensors"), Path.Combine(origin, "model.safetensors"));
        AtomicFile.WriteAllText(folder.File("tokenizer.json"), family == "qwen3" ? GgufTokenizers.ByteLevel() : GgufTokenizers.Pieces());
        AtomicFile.WriteAllText(folder.File("tokenizer_config.json"), """{"eos_token": "<eos>"}""");
        var error = Assert.Throws<UserErrorException>(
            () => GgufExport.Run(folder.Root, folder.File("model.gguf"), GgufType.F32, (_, _) => { }));
        Assert.Contains("activation", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("model.gguf")));
    }

    // Another processor adds in another order: where two ids are as good as equal, either may come, and what follows is another text.
    private static void AssertSame(int[] expected, List<(int Id, float Gap)> actual)
    {
        var differing = expected.Zip(actual).Index().FirstOrDefault(step => step.Item.First != step.Item.Second.Id, (-1, default));
        Assert.True(
            differing.Index < 0 ? expected.Length == actual.Count : differing.Item.Second.Gap < 1e-3,
            $"step {differing.Index} of {expected.Length} differs");
    }

    private static string Text(JsonElement row) =>
        row.ValueKind == JsonValueKind.String ? row.GetString()! : row.GetProperty("text").GetString()!;

    private static int[] Ids(JsonElement row, string key) => row.GetProperty(key).Deserialize<int[]>()!;
}
