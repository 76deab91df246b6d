using System.Text.Json;
using DpoSt.Text.Tokenizers;
using DpoSt.Text.Tokenizers.SentencePiece;

namespace DpoSt.Tests.Text.Tokenizers;

/// <summary>Our ids against those of Hugging Face's library and llama.cpp, from the shared cases.</summary>
public sealed class TokenizerCasesTests
{
    private static readonly Dictionary<string, ITokenizer> Loaded = new(StringComparer.Ordinal);

    [Theory]
    [InlineData("hf-golden-t5-base.json", "t5", true)]
    [InlineData("hf-golden-llama-2.json", "llama-2", true)]
    [InlineData("hf-golden-llama-3.json", "llama-3", true)]
    [InlineData("hf-golden-t5-base.json", "t5 json", true)]
    [InlineData("hf-golden-t5-base.json", "t5 json converted", true)]
    [InlineData("hf-golden-llama-3.json", "llama-3 json", true)]
    [InlineData("llamacpp-llama-spm.json", "llama-2", false)]
    [InlineData("llamacpp-llama-bpe.json", "llama-3", false)]
    [InlineData("llamacpp-llama-bpe.json", "llama-3 json", false)]
    [InlineData("llamacpp-qwen2.json", "qwen", false)]
    [InlineData("llamacpp-qwen2.json", "qwen json", false)]
    public void IdsAreThePeers(string file, string tokenizer, bool addSpecialTokens)
    {
        using var document = Read("tokenizer-cases", file);
        AssertAll(document.RootElement.GetProperty("cases").EnumerateArray(), c =>
        {
            var text = c.GetProperty("text").GetString()!;
            var ids = Ids(c.GetProperty("ids"));
            Assert.Equal(ids, Get(tokenizer).Encode(text, addSpecialTokens));
            if (c.TryGetProperty("decoded_skip_special", out var decoded))
            {
                Assert.Equal(decoded.GetString(), Get(tokenizer).Decode(ids));
            }
        });
    }

    [Theory]
    [InlineData("t5", "t5")]
    [InlineData("llama2", "llama-2")]
    [InlineData("llama2", "llama-2-hf")]
    [InlineData("llama3", "llama-3")]
    [InlineData("qwen2", "qwen")]
    [InlineData("t5", "t5 json")]
    [InlineData("t5", "t5 json converted")]
    [InlineData("llama3", "llama-3 json")]
    [InlineData("qwen2", "qwen json")]
    public void IdsOfGsm8kAreThePeers(string column, string tokenizer)
    {
        var rows = File.ReadLines(SharedFolder.Path("tokenizer-cases", "gsm8k-reference-ids.jsonl"))
            .Select(l => JsonDocument.Parse(l).RootElement);
        AssertAll(rows, row => Assert.Equal(Ids(row.GetProperty(column)), Get(tokenizer).Encode(row.GetProperty("text").GetString()!)));
    }

    [Theory]
    [InlineData("t5")]
    [InlineData("llama-2")]
    [InlineData("llama-2-hf")]
    public void SpecialTokensInTheTextAreRecognised(string tokenizer)
    {
        using var document = Read("tokenizer-cases", "special-tokens-in-text.json");
        AssertAll(
            document.RootElement.GetProperty(tokenizer.StartsWith("t5", StringComparison.Ordinal) ? "t5" : "llama-2").EnumerateArray(), c =>
        {
            var adds = !c.GetProperty("name").GetString()!.Contains("added", StringComparison.Ordinal);
            Assert.Equal(Ids(c.GetProperty("ids")), Get(tokenizer).Encode(c.GetProperty("text").GetString()!, adds));
        });
    }

    [Fact]
    public void T5NormalisesAsSentencePiece()
    {
        var normalizer = SentencePieceFile.Normalizer(
            SentencePieceModel.Read(File.ReadAllBytes(SharedFolder.Path("tokenizers", "t5", "spiece.model")), "spiece.model"),
            TokenizerConfig.None,
            isPrefixedAfterSpecial: true);
        AssertAll(NormalizerTable(), entry =>
        {
            var spaced = entry.Value.Replace("▁", " ", StringComparison.Ordinal);
            Assert.Equal($"▁x{spaced.Replace(' ', '▁')}x", normalizer.Normalize($"x{entry.Text}x", Place.Start));
        });
        using var tests = Read("tokenizer-cases", "sentencepiece-normalizer-test.json");
        AssertAll(tests.RootElement.GetProperty("cases").EnumerateArray(), c =>
            Assert.Equal(c.GetProperty("normalized").GetString(), normalizer.Normalize(c.GetProperty("text").GetString()!, Place.Start)));
    }

    [Theory]
    [InlineData("t5", 32100, 1, 0)]
    [InlineData("llama-2", 32000, 2, null)]
    [InlineData("llama-3", 128256, 128001, null)]
    [InlineData("qwen", 151646, 151643, null)]
    [InlineData("t5 json", 32100, 1, 0)]
    [InlineData("llama-3 json", 128256, 128001, null)]
    [InlineData("qwen json", 151646, 151643, null)]
    public void SpecialIdsAreTheUsual(string tokenizer, int size, int eos, int? pad)
    {
        var it = Get(tokenizer);
        Assert.Equal((size, eos, pad), (it.VocabularySize, it.EosId, it.PadId));
        Assert.Equal(size - 1, it.IdOf(it.PieceOf(size - 1)));
    }

    [Fact]
    public void AContinuationBringsNoSpaceOfItsOwn()
    {
        Assert.Equal(["]"], Pieces("t5", "]"));
        Assert.Equal(["▁apples"], Pieces("t5", " apples"));
        Assert.Equal(["1", "2", ">>", "1", "2"], Pieces("llama-2", "12>>12"));
        Assert.Equal(["12", ">>", "12"], Pieces("llama-3", "12>>12"));
    }

    [Theory]
    [InlineData("t5")]
    [InlineData("llama-2")]
    [InlineData("llama-3")]
    [InlineData("qwen")]
    public void DecodingGivesBackGsm8k(string tokenizer)
    {
        foreach (var row in File.ReadLines(SharedFolder.Path("tokenizer-cases", "gsm8k-reference-ids.jsonl")).Select(
            l => JsonDocument.Parse(l).RootElement))
        {
            var text = row.GetProperty("text").GetString()!;
            if (tokenizer != "t5" || row.GetProperty("field").GetString() == "question")
            {
                var decoded = Get(tokenizer).Decode(Get(tokenizer).Encode(text));
                Assert.Equal(tokenizer == "t5"
                    ? string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
                    : text, decoded);
            }
        }
    }

    [Fact]
    public void RowsOfGsm8kAreTheReferences()
    {
        using var rows = Read("fixtures", "tokenised-rows", "t5_sft_rows.json");
        var questions = File.ReadLines(SharedFolder.Path("data", "gsm8k", "train.jsonl"))
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("question").GetString()!);
        AssertAll(rows.RootElement.GetProperty("src200_tgt300").GetProperty("input_ids").EnumerateArray().Zip(questions), pair =>
            Assert.Equal(Ids(pair.First), Get("t5").Encode(pair.Second)));
    }

    [Fact]
    public void ATextThatNamesItsEndIsEndedOnceByT5Only()
    {
        Assert.Equal(Get("t5").Encode("Done."), Get("t5").Encode("Done.</s>"));
        var trained = TokenizerJsonFiles.Read(BpeTrainer.Train(["a"], 400), "trained");
        Assert.Equal([103 + 'a', 1, 1], trained.Encode("a</s>"));
    }

    private static string[] Pieces(string tokenizer, string text) =>
        [.. Get(tokenizer).EncodeContinuation(text).Select(Get(tokenizer).PieceOf)];

    private static ITokenizer Get(string name)
    {
        lock (Loaded)
        {
            return Loaded.TryGetValue(name, out var known) ? known : Loaded[name] = name switch
            {
                "t5 json" => TokenizerJsonFiles.Read(TokenizerJsonFiles.T5(), name),
                "t5 json converted" => TokenizerJsonFiles.Read(TokenizerJsonFiles.T5Converted(), name),
                "llama-3 json" => TokenizerJsonFiles.Read(TokenizerJsonFiles.Llama3(), name),
                "qwen json" => TokenizerJsonFiles.Read(TokenizerJsonFiles.Qwen2(), name),
                _ => TokenizerLoader.Load(SharedFolder.Path("tokenizers", name)),
            };
        }
    }

    private static (string Text, string Value)[] NormalizerTable()
    {
        using var table = Read("tokenizer-cases", "t5-normalization.json");
        return [.. table.RootElement.GetProperty("code_points").EnumerateObject().Concat(
            table.RootElement.GetProperty("sequences").EnumerateObject())
            .Select(entry => (string.Concat(entry.Name.Split(' ').Select(code => char.ConvertFromUtf32(Convert.ToInt32(code, 16)))),
                entry.Value.GetString()!))];
    }

    private static JsonDocument Read(params string[] parts) => JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path(parts)));

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(i => i.GetInt32())];

    /// <summary>Runs a check on every case and fails with all that failed, not only the first.</summary>
    private static void AssertAll<T>(IEnumerable<T> cases, Action<T> check)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var one in cases)
        {
            count++;
            try
            {
                check(one);
            }
            catch (Xunit.Sdk.XunitException e)
            {
                failures.Add($"{one}: {e.Message}");
            }
        }

        Assert.True(count > 0 && failures.Count == 0, $"{failures.Count} of {count} failed\n{string.Join("\n", failures.Take(5))}");
    }
}
