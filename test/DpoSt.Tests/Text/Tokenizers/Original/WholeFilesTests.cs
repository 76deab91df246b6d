using System.Text.Json;
using DpoSt.Text.Tokenizers;
using DpoSt.Text.Tokenizers.ByteLevel;

namespace DpoSt.Tests.Text.Tokenizers.Original;

/// <summary>The tokenizer.json of models that people have, against the original: a megabyte of GSM8K, the texts of the shared cases, T5's
/// normaliser table and random texts.</summary>
public sealed class WholeFilesTests
{
    private const int Megabyte = 1_000_000;

    [Theory]
    [InlineData("smollm2")]
    [InlineData("llama-2-hf")]
    [InlineData("t5")]
    [InlineData("t5 converted")]
    [InlineData("llama-3")]
    [InlineData("qwen2")]
    public void IdsAndTextsAreTheOriginals(string name)
    {
        var json = Json(name);
        using var original = new OriginalTokenizer(json);
        var tokenizer = TokenizerJsonFiles.Read(json, name);
        var rows = Rows().ToArray();
        string[] texts = [.. rows, string.Join('\n', rows)[..200_000], .. CaseTexts(), .. RandomTexts.Of(1000, seed: 3)];
        Assert.True(rows.Sum(r => r.Length) >= Megabyte);
        foreach (var text in texts)
        {
            var (expected, ids) = (original.Encode(text), tokenizer.Encode(text));
            var where = expected.Zip(ids).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.True(
                expected.SequenceEqual(ids),
                $"from id {where}: {JsonSerializer.Serialize(original.Decode(expected[where..]))} in {JsonSerializer.Serialize(text)}");
            Assert.Equal(original.Decode(ids), tokenizer.Decode(ids));
        }
    }

    /// <summary>The ids of transformers 5, in which 21 bytes have no token: their characters vanish.</summary>
    [Fact]
    public void SmolLm2GivesTheIdsOfTransformers()
    {
        var tokenizer = TokenizerLoader.Load(SharedFolder.Path("models", "smollm2-135m-instruct"));
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("models", "smollm2-135m-instruct", "golden.json")));
        var texts = golden.RootElement.GetProperty("texts").EnumerateArray().ToArray();
        Assert.Equal(218, texts.Length);
        Assert.All(texts, row => Assert.Equal(
            row.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()), tokenizer.Encode(row.GetProperty("text").GetString()!)));
        Assert.Equal(21, Enumerable.Range(0, 256).Count(b => tokenizer.IdOf(ByteAlphabet.Spell((byte)b).ToString()) is null));
    }

    private static string Json(string name) => name switch
    {
        "smollm2" => File.ReadAllText(SharedFolder.Path("models", "smollm2-135m-instruct", "tokenizer.json")),
        "llama-2-hf" => File.ReadAllText(SharedFolder.Path("tokenizers", "llama-2-hf", "tokenizer.json")),
        "t5" => TokenizerJsonFiles.T5(),
        "t5 converted" => TokenizerJsonFiles.T5Converted(),
        "llama-3" => TokenizerJsonFiles.Llama3(),
        _ => TokenizerJsonFiles.Qwen2(),
    };

    private static IEnumerable<string> Rows()
    {
        var length = 0;
        foreach (var line in File.ReadLines(SharedFolder.Path("data", "gsm8k", "train.jsonl")).TakeWhile(_ => length < Megabyte))
        {
            using var row = JsonDocument.Parse(line);
            var text = row.RootElement.GetProperty("question").GetString()! + "\n" + row.RootElement.GetProperty("answer").GetString();
            length += text.Length;
            yield return text;
        }
    }

    private static IEnumerable<string> CaseTexts()
    {
        string[] files =
        [
            "hf-golden-t5-base.json", "hf-golden-llama-2.json", "hf-golden-llama-3.json", "llamacpp-llama-spm.json",
            "llamacpp-llama-bpe.json", "llamacpp-qwen2.json", "sentencepiece-normalizer-test.json",
        ];
        foreach (var file in files)
        {
            using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("tokenizer-cases", file)));
            foreach (var one in cases.RootElement.GetProperty("cases").EnumerateArray())
            {
                yield return one.GetProperty("text").GetString()!;
            }
        }

        using var table = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("tokenizer-cases", "t5-normalization.json")));
        foreach (var entry in table.RootElement.EnumerateObject().Where(p => p.Name is "code_points" or "sequences")
            .SelectMany(p => p.Value.EnumerateObject()))
        {
            var text = string.Concat(entry.Name.Split(' ').Select(code => char.ConvertFromUtf32(Convert.ToInt32(code, 16))));
            yield return $"x{text}x {text}";
        }
    }
}
