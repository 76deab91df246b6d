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

    [Theory]
    [InlineData("tokenizer.json", "[]")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}, "pre_tokenizer": {"type": "ByteLevel"}}""")]
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
        Assert.Contains("spiece.model", Assert.Throws<UserErrorException>(() => TokenizerLoader.Load(folder)).Message, StringComparison.Ordinal);
}
