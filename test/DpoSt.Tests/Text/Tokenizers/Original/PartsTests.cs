using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Text.Tokenizers;
using DpoSt.Text.Tokenizers.SentencePiece;
using static DpoSt.Tests.Text.Tokenizers.Original.SmallTokenizer;

namespace DpoSt.Tests.Text.Tokenizers.Original;

/// <summary>Every part of a tokenizer.json, in a file made here: the ids of 1,000 texts and what they decode to are the original's, and
/// text that is streamed is the text that is decoded.</summary>
public sealed class PartsTests
{
    private const int Texts = 1000;
    private const string Llama =
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},"""
        + """{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""";

    private const string Spaces = """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""";

    [Theory]
    [InlineData("""{"type":"NFC"}""")]
    [InlineData("""{"type":"NFD"}""")]
    [InlineData("""{"type":"NFKC"}""")]
    [InlineData("""{"type":"NFKD"}""")]
    [InlineData("""{"type":"Lowercase"}""")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""")]
    [InlineData("""{"type":"Strip","strip_left":false,"strip_right":true}""")]
    [InlineData("""{"type":"Replace","pattern":{"String":"the"},"content":"é"}""")]
    [InlineData("""{"type":"Replace","pattern":{"String":"."},"content":""}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"(?i:the|'s)|\\d+|[^\\p{L}\\s]$"},"content":"X😀"}""")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""")]
    [InlineData(
        """
        {"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"Lowercase"},{"type":"Replace",
        "pattern":{"Regex":"\\p{M}"},"content":""},{"type":"Strip","strip_left":true,"strip_right":true},{"type":"Prepend",
        "prepend":"é "}]}
        """)]
    [InlineData("""{"type":"Sequence","normalizers":[]}""")]
    public void Normalizers(string normalizer) => AssertSame(new() { Normalizer = normalizer });

    [Fact]
    public void PrecompiledNormalizer() => AssertSame(new()
    {
        Normalizer = $$"""{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(T5Map())}}"}""",
    });

    [Theory]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}""")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":false}""")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true}""")]
    public void ByteLevelPreTokenizer(string part) => AssertSame(new() { PreTokenizer = part });

    [Theory]
    [InlineData("""{"type":"Digits","individual_digits":true}""")]
    [InlineData("""{"type":"Digits","individual_digits":false}""")]
    [InlineData("""{"type":"WhitespaceSplit"}""")]
    [InlineData("""{"type":"Whitespace"}""")]
    [InlineData("""{"type":"Punctuation"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"Removed"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"Contiguous"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"MergedWithPrevious"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"MergedWithNext"}""")]
    [InlineData(
        """{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Punctuation","behavior":"Isolated"},"""
        + """{"type":"Digits","individual_digits":true}]}""")]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"always","split":true}""")]
    [InlineData(
        """
        {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"String":"e"},"behavior":"Isolated","invert":false},
        {"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}]}
        """)]
    public void PreTokenizers(string part) => AssertCuts(part);

    [Theory]
    [InlineData("Removed")]
    [InlineData("Isolated")]
    [InlineData("MergedWithPrevious")]
    [InlineData("MergedWithNext")]
    [InlineData("Contiguous")]
    public void SplitWithEveryBehaviour(string behaviour)
    {
        string[] patterns =
            ["""{"String":" "}""", """{"String":"the"}""", """{"Regex":"\\w+|\\s"}""", """{"Regex":"[aeiou]{1,2}|(?<=\\d)\\d"}"""];
        foreach (var pattern in patterns)
        {
            AssertCuts($$"""{"type":"Split","pattern":{{pattern}},"behavior":"{{behaviour}}","invert":false}""");
            AssertCuts($$"""{"type":"Split","pattern":{{pattern}},"behavior":"{{behaviour}}","invert":true}""");
        }
    }

    [Theory]
    [InlineData("always", true)]
    [InlineData("always", false)]
    [InlineData("first", true)]
    [InlineData("first", false)]
    [InlineData("never", true)]
    [InlineData("never", false)]
    public void MetaspaceWithEveryScheme(string scheme, bool splits)
    {
        var part = $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":{{(splits ? "true" : "false")}}}""";
        foreach (var model in new[] { Characterwise(fallsBack: true, fuses: true), Unigram(fallsBack: false) })
        {
            AssertSame(new() { PreTokenizer = part, Decoder = part, Model = model });
            // What a normalizer leaves at the start decides whether it is the first.
            foreach (var normalizer in new[]
            {
                """{"type":"Strip","strip_left":true,"strip_right":false}""", """{"type":"Prepend","prepend":"é"}""", """{"type":"NFD"}""",
                """{"type":"Lowercase"}""", """{"type":"Replace","pattern":{"Regex":"the|a"},"content":"xy"}""",
                $$"""{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(T5Map())}}"}""",
            })
            {
                AssertSame(new() { Normalizer = normalizer, PreTokenizer = part, Decoder = part, Model = model }, texts: 300);
            }
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void BpeWithUnknownCharacters(bool fallsBack, bool fuses)
    {
        var normalizer = $$"""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{{Spaces}}]}""";
        foreach (var bytes in new[] { 256, 200, 0 })
        {
            foreach (var hasUnknown in new[] { true, false })
            {
                AssertSame(new()
                {
                    Normalizer = normalizer,
                    PreTokenizer = "null",
                    Decoder = Llama,
                    Model = Characterwise(fallsBack, fuses, hasUnknown, bytes),
                });
            }
        }
    }

    [Fact]
    public void BpeWithIgnoredMerges()
    {
        var gpt2 = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
        AssertSame(new() { PreTokenizer = gpt2, Model = ByteLevelModel(("ignore_merges", true)) });
        var model = Characterwise(fallsBack: true, fuses: true, ignoresMerges: true);
        AssertSame(new() { PreTokenizer = "null", Decoder = Llama, Model = model });
    }

    [Fact]
    public void BpeWithMergesAsText()
    {
        var model = JsonNode.Parse(ByteLevelModel())!;
        model["merges"] = new JsonArray(
            [.. model["merges"]!.AsArray().Select(m => (JsonNode)$"{m![0]} {m[1]}")]);
        AssertSame(new() { Model = model.ToJsonString() });
    }

    [Theory]
    [InlineData(true, 256)]
    [InlineData(true, 200)]
    [InlineData(false, 0)]
    public void UnigramModel(bool fallsBack, int bytes)
    {
        AssertSame(new() { Normalizer = Spaces, PreTokenizer = "null", Decoder = Llama, Model = Unigram(fallsBack, bytes) });
        AssertSame(new() { PreTokenizer = """{"type":"WhitespaceSplit"}""", Decoder = "null", Model = Unigram(fallsBack, bytes) });
    }

    [Theory]
    [InlineData(
        """
        {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"</s>","type_id":0}},{"Sequence":{"id":"A",
        "type_id":0}},{"SpecialToken":{"id":"two","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},
        {"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"</s>":{"id":"</s>","ids":[1],"tokens":["</s>"]},
        "two":{"id":"two","ids":[1,7],"tokens":["</s>","x"]}}}
        """)]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}""")]
    [InlineData(
        """
        {"type":"Sequence","processors":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,
        "use_regex":true},{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"</s>","type_id":0}},
        {"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B",
        "type_id":1}}],"special_tokens":{"</s>":{"id":"</s>","ids":[1],"tokens":["</s>"]}}}]}
        """)]
    public void PostProcessors(string part) => AssertSame(new() { PostProcessor = part });

    [Theory]
    [InlineData("null")]
    [InlineData(Llama)]
    [InlineData("""{"type":"ByteFallback"}""")]
    [InlineData("""{"type":"Fuse"}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"[▁_]+"},"content":" "}""")]
    [InlineData("""{"type":"Strip","content":"▁","start":1,"stop":0}""")]
    [InlineData("""{"type":"Strip","content":"e","start":0,"stop":1}""")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""")]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":true}""")]
    [InlineData("""{"type":"WordPiece","prefix":"t","cleanup":false}""")]
    [InlineData("""{"type":"BPEDecoder","suffix":"e"}""")]
    [InlineData("""{"type":"CTC","pad_token":"<unk>","word_delimiter_token":"▁","cleanup":true}""")]
    [InlineData("""{"type":"CTC","pad_token":"a","word_delimiter_token":"|","cleanup":false}""")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""")]
    [InlineData(
        """
        {"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Metaspace","replacement":"▁",
        "prepend_scheme":"always","split":true}]}
        """)]
    [InlineData(
        """
        {"type":"Sequence","decoders":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
        {"type":"Strip","content":"<","start":2,"stop":0}]}
        """)]
    [InlineData(
        """{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"Regex":"(▁ ?)+"},"content":" "},"""
        + """{"type":"Strip","content":" ","start":3,"stop":0}]}""")]
    [InlineData("""{"type":"Sequence","decoders":[]}""")]
    public void Decoders(string part) =>
        AssertSame(new()
        {
            Normalizer = Spaces,
            PreTokenizer = "null",
            Decoder = part,
            Model = Characterwise(fallsBack: true, fuses: false),
        });

    [Theory]
    [InlineData]
    [InlineData("special")]
    [InlineData("lstrip")]
    [InlineData("rstrip")]
    [InlineData("single_word")]
    [InlineData("lstrip", "rstrip", "single_word", "special")]
    [InlineData("normalized")]
    [InlineData("normalized", "lstrip", "rstrip")]
    [InlineData("normalized", "single_word")]
    public void AddedTokens(params string[] flags)
    {
        foreach (var content in new[] { "<calc>", "<mask>", "the", "▁", "  ", "née" })
        {
            var parts = new SmallTokenizer { Added = Token(-1, content, flags), PreTokenizer = ShowCuts };
            AssertSame(parts, texts: 300);
            AssertSame(parts with { Normalizer = """{"type":"Lowercase"}""" }, texts: 300);
        }

        AssertSame(new() { Added = Token(-1, "<calc>", flags), Normalizer = """{"type":"Lowercase"}""" });
    }

    /// <summary>A normalised token decodes to its normalised form since version 0.23 of the original; the package is 0.22.</summary>
    private static void AssertSame(SmallTokenizer parts, int texts = Texts)
    {
        var json = parts.Json();
        using var original = new OriginalTokenizer(json);
        var tokenizer = TokenizerJsonFiles.Read(json);
        var random = new Random(5);
        foreach (var text in RandomTexts.Of(texts, seed: 11))
        {
            var (expected, ids) = (original.Encode(text), tokenizer.Encode(text));
            Assert.True(
                expected.SequenceEqual(ids),
                $"{JsonSerializer.Serialize(text)}\n{Spelt(expected, tokenizer)}\n{Spelt(ids, tokenizer)}\n{parts with { Model = "" }}");
            AssertDecoded(original, tokenizer, ids);
            AssertDecoded(original, tokenizer, [.. Enumerable.Range(0, 8).Select(_ => random.Next(tokenizer.VocabularySize))]);
        }
    }

    private static void AssertDecoded(OriginalTokenizer original, ITokenizer tokenizer, IReadOnlyList<int> ids)
    {
        var (decoded, decoder) = (original.Decode(ids), tokenizer.NewDecoder());
        Assert.Equal(decoded, tokenizer.Decode(ids));
        Assert.Equal(decoded, string.Concat(ids.Select(decoder.Append)) + decoder.Flush());
    }

    private static void AssertCuts(string part) =>
        AssertSame(new() { PreTokenizer = $$"""{"type":"Sequence","pretokenizers":[{{part}},{{ShowCuts}}]}""" });

    private static string Spelt(IEnumerable<int> ids, ITokenizer tokenizer) => string.Join(' ', ids.Select(tokenizer.PieceOf));

    private static byte[] T5Map() => SentencePieceModel.Read(
        File.ReadAllBytes(SharedFolder.Path("tokenizers", "t5", "spiece.model")), "spiece.model").CharacterMap;
}
