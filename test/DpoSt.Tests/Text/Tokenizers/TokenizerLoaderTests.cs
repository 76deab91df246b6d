using System.Text.Encodings.Web;
using System.Text.Json;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers;

public sealed class TokenizerLoaderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dpost-tokenizers").FullName;

    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(folder, name), content);

    [Fact]
    public void AFolderWithATrainedTokenizerLoads()
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), BpeTrainer.Train(["a b", "a b"], 400));
        Assert.Equal([103 + 'a', 359, 1], TokenizerLoader.Load(folder).Encode("a b"));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token": {"content": "<unk>"}, "pad_token": "</s>"}""");
        Assert.Equal((2, 1), (TokenizerLoader.Load(Path.Combine(folder, "tokenizer.json")).EosId, TokenizerLoader.Load(folder).PadId));
    }

    [Fact]
    public void LengthsThatTheLastCallerSetDoNotCountInAFolderAsInTransformers()
    {
        var trained = BpeTrainer.Train(["a b", "a b"], 400);
        var cut = trained.Replace("\"added_tokens\":", "\"truncation\": {\"max_length\": 1}, \"added_tokens\":", StringComparison.Ordinal);
        Assert.NotEqual(trained, cut);
        Write("tokenizer.json", cut.Replace("\"truncation\": null,", "", StringComparison.Ordinal));
        Assert.Equal([103 + 'a', 359, 1], TokenizerLoader.Load(folder).Encode("a b"));
        Assert.Throws<UserErrorException>(() => TokenizerLoader.Load(Path.Combine(folder, "tokenizer.json")));
    }

    /// <summary>The trained file's template is the text and then the end token (1); 3 is the first byte. transformers 5 does not hear what
    /// stands beside a tokenizer.json about either end.</summary>
    [Theory]
    [InlineData("""{"bos_token": "<pad>", "eos_token": "</s>", "add_bos_token": true}""")]
    [InlineData("""{"bos_token": "<pad>", "add_bos_token": true, "add_eos_token": false}""")]
    [InlineData("""{"eos_token": "<unk>", "add_eos_token": true}""")]
    [InlineData("{}")]
    public void TheTemplateOfATokenizerJsonCountsWhateverIsSaidBesideIt(string config)
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), BpeTrainer.Train(["a"], 300, sentinels: 0));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config);
        Assert.Equal([3 + 'a', 1], TokenizerLoader.Load(folder).Encode("a"));
        Assert.Equal([3 + 'a', 1], TokenizerLoader.Load(Path.Combine(folder, "tokenizer.json")).Encode("a"));
    }

    /// <summary>Special tokens may be named in special_tokens_map.json alone; it goes before a tokenizer_config.json that lists no added
    /// tokens, and behind one that does, as in transformers.</summary>
    [Fact]
    public void TheMapOfSpecialTokensNamesWhatTheConfigurationDoesNot()
    {
        Write("tokenizer.json", BpeTrainer.Train(["a"], 300, sentinels: 0));
        Write("special_tokens_map.json", "\uFEFF" + """{"eos_token": "<unk>", "pad_token": {"content": "</s>"}, "unk_token": "<unk>"}""");
        Assert.Equal((2, 1), (TokenizerLoader.Load(folder).EosId, TokenizerLoader.Load(folder).PadId));
        Write("tokenizer_config.json", """{"eos_token": "<pad>"}""");
        Assert.Equal((2, 1), (TokenizerLoader.Load(folder).EosId, TokenizerLoader.Load(folder).PadId));
        Write("tokenizer_config.json", """{"eos_token": "<pad>", "added_tokens_decoder": {"2": {"content": "<unk>", "special": true}}}""");
        Assert.Equal((0, 1), (TokenizerLoader.Load(folder).EosId, TokenizerLoader.Load(folder).PadId));
    }

    [Theory]
    [InlineData("tokenizer_config.json", """{"eos_token": "<|end|>"}""", "<|end|>")]
    [InlineData("tokenizer_config.json", """{"do_lower_case": true}""", "do_lower_case")]
    [InlineData("tokenizer_config.json", """{"split_special_tokens": true}""", "split_special_tokens")]
    [InlineData("tokenizer_config.json", """{"legacy": 3}""", "legacy")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"7": {"content": "<new>"}}}""", "<new>")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"x": {"content": "<new>"}}}""", "'x'")]
    [InlineData("tokenizer_config.json", """{"tokenizer_class": "GPT2Tokenizer", "added_tokens_decoder": []}""", "added_tokens_decoder")]
    [InlineData("special_tokens_map.json", """{"lines": 1}""", "lines")]
    [InlineData("special_tokens_map.json", "[]", "special_tokens_map.json")]
    [InlineData("added_tokens.json", """{"<new>": "one"}""", "<new>")]
    public void WhatIsNotKnownBesideATokenizerIsNamed(string name, string content, string named)
    {
        Write("tokenizer.json", BpeTrainer.Train(["a"], 300, sentinels: 0));
        Write(name, content);
        Assert.Contains(named, Assert.Throws<UserErrorException>(() => TokenizerLoader.Load(folder)).Message, StringComparison.Ordinal);
    }

    /// <summary>As transformers does: what a folder's configuration adds follows the file's own tokens.</summary>
    [Fact]
    public void TokensThatAConfigurationAddsAreFound()
    {
        Write("tokenizer.json", BpeTrainer.Train(["a"], 259, sentinels: 0));
        Write("tokenizer_config.json", """
            {"add_eos_token": false, "split_special_tokens": false, "sp_model_kwargs": {}, "chat_template": "x", "model_max_length": 1e30,
             "added_tokens_decoder": {"259": {"content": "<new>", "lstrip": true, "special": true}}}
            """);
        var tokenizer = TokenizerLoader.Load(folder);
        Assert.Equal([3 + 'a', 259, 3 + 'a', 1], tokenizer.Encode("a <new>a"));
        Assert.Equal("aa", tokenizer.Decode([3 + 'a', 259, 3 + 'a']));
    }

    /// <summary>transformers 5 cuts GPT-2's words, so that the two spaces before a digit are not one token.</summary>
    [Fact]
    public void AGpt2TokenizerOfAFolderCutsItsOwnWords()
    {
        var json = BpeTrainer.Train(["a  a  a"], 262, sentinels: 0).Replace(
            JsonSerializer.Serialize(BpeTrainer.SplitPattern, Relaxed), "\"\\\\s+\"", StringComparison.Ordinal);
        Write("tokenizer.json", json);
        var spaces = TokenizerLoader.Load(folder).IdOf("ĠĠ")!.Value;
        Assert.Equal([spaces, 3 + '1', 1], TokenizerLoader.Load(folder).Encode("  1"));
        Write("tokenizer_config.json", """{"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": false}""");
        Assert.Equal([3 + ' ', 3 + ' ', 3 + '1', 1], TokenizerLoader.Load(folder).Encode("  1"));
        Assert.Equal([spaces, 3 + '1', 1], TokenizerLoader.Load(Path.Combine(folder, "tokenizer.json")).Encode("  1"));
    }

    [Theory]
    [InlineData("""{"added_tokens_decoder": {"32100": {"content": "<x>", "special": false}}}""", "a<x>b", "▁", "a", "<x>", "▁", "b")]
    [InlineData("""{"legacy": false, "extra_ids": 0, "add_eos_token": false}""", "a<pad>b", "▁", "a", "<pad>", "b")]
    [InlineData("""{"legacy": true, "add_eos_token": false}""", "a<pad>b", "▁", "a", "<pad>", "▁", "b")]
    [InlineData("""{"add_prefix_space": false, "add_eos_token": false}""", "a b", "a", "▁", "b")]
    public void AConfigurationBesideSentencePieceCounts(string config, string text, params string[] pieces)
    {
        File.Copy(SharedFolder.Path("tokenizers", "t5", "spiece.model"), Path.Combine(folder, "spiece.model"));
        Write("tokenizer_config.json", config);
        var tokenizer = TokenizerLoader.Load(folder);
        var found = string.Join(' ', tokenizer.Encode(text, addSpecialTokens: false).Select(tokenizer.PieceOf));
        found = found.Replace("▁ ", "▁", StringComparison.Ordinal);
        Assert.Equal(string.Join(' ', pieces).Replace("▁ ", "▁", StringComparison.Ordinal), found);
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
