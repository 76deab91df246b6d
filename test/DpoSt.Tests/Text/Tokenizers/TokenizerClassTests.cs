using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers;

/// <summary>What files beside a tokenizer.json change in it, as transformers 5 does: the class that rebuilds it, and the special tokens
/// that they name. A file that is named alone stays as it is.</summary>
public sealed class TokenizerClassTests : IDisposable
{
    // SentencePiece's BPE as transformers 4 saved it: a mark in front of everything that stands between special tokens.
    private const string Llama = """
        {"added_tokens": [
           {"id": 3, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
           {"id": 4, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
         "normalizer": {"type": "Sequence", "normalizers": [
           {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
         "decoder": {"type": "Sequence", "decoders": [
           {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
           {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
         "model": {"type": "BPE", "byte_fallback": true, "fuse_unk": true, "merges": [["▁", "a"]],
           "vocab": {"▁": 0, "a": 1, "▁a": 2, "<s>": 3, "</s>": 4}}}
        """;

    // "ab" is a piece that no merge makes.
    private const string Plain = """
        {"model": {"type": "BPE", "merges": [["c", "a"]], "vocab": {"a": 0, "b": 1, "c": 2, "ca": 3, "ab": 4, "</s>": 5}}}
        """;

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("""{"tokenizer_class": "LlamaTokenizer"}""", "a<s>a", 2, 3, 1)]
    [InlineData("""{"tokenizer_class": "LlamaTokenizerFast", "legacy": false}""", " a", 2)]
    [InlineData("""{"tokenizer_class": "LlamaTokenizer", "legacy": true}""", "a<s>a", 2, 3, 2)]
    [InlineData("""{"tokenizer_class": "LlamaTokenizer", "legacy": true}""", " a", 2)]
    [InlineData("""{"tokenizer_class": "LlamaTokenizer", "add_prefix_space": false}""", "a a", 1, 2)]
    [InlineData("""{"tokenizer_class": "PreTrainedTokenizerFast"}""", "a<s> a", 2, 3, 0, 2)]
    [InlineData("{}", " a", 0, 2)]
    public void ALlamaTokenizerPutsItsMarkInFrontOfTheTextAlone(string config, string text, params int[] ids)
    {
        folder.File("tokenizer.json", Llama);
        folder.File("tokenizer_config.json", config);
        Assert.Equal(ids, TokenizerLoader.Load(folder.Root).Encode(text));
    }

    [Fact]
    public void ALlamaTokenizerWithoutAMarkInFrontKeepsTheFirstSpace()
    {
        folder.File("tokenizer.json", Llama);
        folder.File("tokenizer_config.json", """{"tokenizer_class": "LlamaTokenizer"}""");
        Assert.Equal("aa", TokenizerLoader.Load(folder.Root).Decode([2, 1]));
        folder.File("tokenizer_config.json", """{"tokenizer_class": "LlamaTokenizer", "add_prefix_space": false}""");
        Assert.Equal(" aa", TokenizerLoader.Load(folder.Root).Decode([2, 1]));
    }

    [Fact]
    public void CharactersWithoutTokensVanishInALlamaTokenizer()
    {
        folder.File("tokenizer.json", Llama.Replace("\"fuse_unk\": true", "\"unk_token\": \"<s>\"", StringComparison.Ordinal));
        Assert.Equal([2, 3], TokenizerLoader.Load(folder.Root).Encode("ab"));
        folder.File("tokenizer_config.json", """{"tokenizer_class": "LlamaTokenizer"}""");
        Assert.Equal([2], TokenizerLoader.Load(folder.Root).Encode("ab"));
    }

    /// <summary>The files of Phi-3 and Qwen2 name classes that are not theirs, and transformers 5 knows it.</summary>
    [Theory]
    [InlineData("phi3", 2, 3, 2)]
    [InlineData("qwen2", 2, 3, 2)]
    [InlineData("llama", 2, 3, 1)]
    [InlineData("mistral", 2, 3, 1)]
    public void AFamilyWhoseFilesNameAnotherClassIsReadAsItsFileSays(string family, params int[] ids)
    {
        folder.File("tokenizer.json", Llama);
        folder.File("tokenizer_config.json", """{"tokenizer_class": "LlamaTokenizer"}""");
        folder.File("config.json", $$"""{"model_type": "{{family}}"}""");
        Assert.Equal(ids, TokenizerLoader.Load(folder.Root).Encode("a<s>a"));
        Assert.Equal([2, 3, 2], TokenizerLoader.Load(folder.File("tokenizer.json")).Encode("a<s>a"));
    }

    [Theory]
    [InlineData("phi3", true)]
    [InlineData("llama", false)]
    public void Gpt2sWordsAreNotPhis(string family, bool isWhole)
    {
        folder.File("tokenizer.json", """
            {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
             "decoder": {"type": "ByteLevel"},
             "model": {"type": "BPE", "merges": [["a", "1"]], "vocab": {"a": 0, "1": 1, "a1": 2, "</s>": 3}}}
            """);
        folder.File("tokenizer_config.json", """{"tokenizer_class": "GPT2Tokenizer", "eos_token": "</s>"}""");
        folder.File("config.json", $$"""{"model_type": "{{family}}"}""");
        Assert.Equal(isWhole ? [2] : [0, 1], TokenizerLoader.Load(folder.Root).Encode("a1"));
    }

    [Theory]
    [InlineData("tokenizer_config.json", """{"eos_token": "</s>", "additional_special_tokens": ["ab"]}""")]
    [InlineData("tokenizer_config.json", """{"eos_token": "</s>", "extra_special_tokens": {"thought": "ab"}}""")]
    [InlineData("tokenizer_config.json", """{"eos_token": "</s>", "image_token": "ab"}""")]
    [InlineData(
        "tokenizer_config.json", """{"eos_token": "</s>", "extra_special_tokens": ["ab"], "additional_special_tokens": ["ca"]}""")]
    [InlineData("tokenizer_config.json", """{"eos_token": "</s>", "mask_token": {"content": "ab", "__type": "AddedToken"}}""")]
    [InlineData("special_tokens_map.json", """{"eos_token": "</s>", "unk_token": {"content": "ab"}}""")]
    public void SpecialTokensThatAreNamedAreFoundAndLeftOut(string name, string content)
    {
        folder.File("tokenizer.json", Plain);
        folder.File(name, content);
        var tokenizer = TokenizerLoader.Load(folder.Root);
        Assert.Equal([2, 4, 5], tokenizer.Encode("cab</s>"));
        Assert.Equal("c", tokenizer.Decode([2, 4, 5]));
        var alone = TokenizerLoader.Load(folder.File("tokenizer.json"));
        Assert.Equal([3, 1], alone.Encode("cab"));
        Assert.Equal("c ab", alone.Decode([2, 4]));
    }

    [Fact]
    public void ANamedTokenHasTheFlagsThatItIsNamedWithUnlessTheFileHasItsOwn()
    {
        const string Named = """{"eos_token": "</s>", "mask_token": {"content": "ab", "lstrip": true}}""";
        folder.File("tokenizer.json", Plain.Replace("\"vocab\": {", "\"unk_token\": \"b\", \"vocab\": {", StringComparison.Ordinal));
        folder.File("tokenizer_config.json", Named);
        Assert.Equal([2, 4], TokenizerLoader.Load(folder.Root).Encode("c ab"));
        folder.File("tokenizer.json", File.ReadAllText(folder.File("tokenizer.json")).Replace("{\"model\"", """
            {"added_tokens": [
               {"id": 4, "content": "ab", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false}],
             "model"
            """, StringComparison.Ordinal));
        Assert.Equal([2, 1, 4], TokenizerLoader.Load(folder.Root).Encode("c ab"));
        Assert.Equal("c ab", TokenizerLoader.Load(folder.Root).Decode([2, 4]));
    }

    /// <summary>added_tokens.json says nothing about tokens that the file has; what it adds is looked for in normalised text, unless it is
    /// a special token.</summary>
    [Fact]
    public void AnOldListOfAddedTokensAddsWhatTheFileLacks()
    {
        folder.File("tokenizer.json", """
            {"added_tokens": [
               {"id": 4, "content": "AB", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": {"type": "Lowercase"},
             "model": {"type": "BPE", "merges": [], "vocab": {"a": 0, "b": 1, "c": 2, "</s>": 3}}}
            """);
        folder.File("added_tokens.json", """{"AB": 4, "<X>": 5, "<Y>": 6}""");
        folder.File("special_tokens_map.json", """{"eos_token": "</s>", "extra_special_tokens": ["<Y>"]}""");
        var tokenizer = TokenizerLoader.Load(folder.Root);
        Assert.Equal([2, 4, 5, 5, 6], tokenizer.Encode("c AB<X><x><Y><y>"));
        Assert.Equal("c <x>", tokenizer.Decode([2, 4, 5, 6]));
    }

    public void Dispose() => folder.Dispose();
}
