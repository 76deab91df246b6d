using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers;

public sealed class TokenizerLoaderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dpost-tokenizers").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void AFolderWithATrainedTokenizerLoads()
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), BpeTrainer.Train(["a b", "a b"], 400));
        Assert.Equal([103 + 'a', 359, 1], TokenizerLoader.Load(folder).Encode("a b"));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token": {"content": "<unk>"}, "pad_token": "</s>"}""");
        Assert.Equal((2, 1), (TokenizerLoader.Load(Path.Combine(folder, "tokenizer.json")).EosId, TokenizerLoader.Load(folder).PadId));
    }

    /// <summary>The trained file's template is the text and then the end token (1); 3 is the first byte.</summary>
    [Theory]
    [InlineData("""{"bos_token": "<pad>", "eos_token": "</s>", "add_bos_token": true}""", 0, 3 + 'a', 1)]
    [InlineData("""{"bos_token": "<pad>", "add_bos_token": true, "add_eos_token": false}""", 0, 3 + 'a')]
    [InlineData("""{"eos_token": "<unk>", "add_eos_token": true}""", 3 + 'a', 2)]
    [InlineData("""{"add_bos_token": true}""", 3 + 'a', 1)]
    public void TheConfigurationSaysWhetherTheEndsAreAdded(string config, params int[] ids)
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), BpeTrainer.Train(["a"], 300, sentinels: 0));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config);
        Assert.Equal(ids, TokenizerLoader.Load(folder).Encode("a"));
    }

    [Fact]
    public void TokenizerJsonComesFirst()
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), BpeTrainer.Train(["a"], 300, sentinels: 0));
        File.WriteAllText(Path.Combine(folder, "spiece.model"), "broken");
        Assert.Equal([3 + 'a', 1], TokenizerLoader.Load(folder).Encode("a"));
    }

    [Theory]
    [InlineData("tokenizer.json", "[]")]
    [InlineData(
        "tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
    [InlineData("tokenizer.model", "IQ== 1\n")]
    [InlineData("tokenizer.model", "\n\u0005\n\u0001a")]
    [InlineData("spiece.model", "\nxyz")]
    [InlineData("vocab.json", "{}")]
    public void ABrokenFileIsNamed(string name, string content)
    {
        File.WriteAllText(Path.Combine(folder, name), content);
        Assert.Contains(folder, Assert.Throws<UserErrorException>(() => TokenizerLoader.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEmptyFolderSaysWhatWasExpected() =>
        Assert.Contains(
            "spiece.model", Assert.Throws<UserErrorException>(() => TokenizerLoader.Load(folder)).Message, StringComparison.Ordinal);
}
