using System.Text.Json;
using CsCheck;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers;

public sealed class NormalFormTests
{
    /// <summary>
    /// The examples of UAX #15, and one for each rule: order of marks, a mark in the way, no composition into excluded characters.
    /// </summary>
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9")]
    [InlineData("A\u030Ao\u0302", "\u00C5\u00F4")]
    [InlineData("s\u0323\u0307", "\u1E69")]
    [InlineData("\u1E0B\u0323", "\u1E0D\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("d\u0307\u0323", "\u1E0D\u0307")]
    [InlineData("a\u0315\u0300\u05AE\u0301b", "\u00E0\u05AE\u0301\u0315b")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\u0301a\u0301", "\u0301\u00E1")]
    [InlineData("e \u0301", "e \u0301")]
    [InlineData("\uFB01", "\uFB01")]
    public void TextIsComposed(string text, string composed)
    {
        Assert.Equal(composed, NormalForm.Composed(text));
        Assert.Equal(composed, NormalForm.Composed(composed));
    }

    [Fact]
    public void HangulIsComposedByArithmetic()
    {
        for (var (i, syllable) = (0, '\uAC00'); syllable <= '\uD7A3'; i++, syllable++)
        {
            var jamo = $"{(char)(0x1100 + (i / 588))}{(char)(0x1161 + (i % 588 / 28))}{(i % 28 == 0 ? "" : (char)(0x11A7 + (i % 28)))}";
            Assert.Equal(syllable.ToString(), NormalForm.Composed(jamo));
        }
    }

    /// <summary>T5's map composes too: its pairs of a letter that it leaves alone and a mark are those of form C.</summary>
    [Fact]
    public void PairsComposeAsInT5sTable()
    {
        using var table = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Path("tokenizer-cases", "t5-normalization.json")));
        var changed = table.RootElement.GetProperty("code_points");
        var pairs = table.RootElement.GetProperty("sequences").EnumerateObject()
            .Where(p => p.Value.GetString()!.Length == 1 && !p.Name.Split(' ').Any(code => changed.TryGetProperty(code, out _))
            && !changed.TryGetProperty($"{(int)p.Value.GetString()![0]:X4}", out _))
            .ToArray();
        Assert.True(pairs.Length > 250, $"{pairs.Length} pairs");
        Assert.All(
            pairs,
            p => Assert.Equal(
                p.Value.GetString(),
                NormalForm.Composed(string.Concat(p.Name.Split(' ').Select(code => char.ConvertFromUtf32(Convert.ToInt32(code, 16)))))));
    }

    [Fact]
    public void ComposingTwiceChangesNothing() =>
        Gen.String[Gen.Frequency((2, Gen.Char['a', 'e']),
            (3, Gen.Char['\u0300', '\u0345']), (1, Gen.Char['\u1100', '\u11FF']), (1, Gen.Char['\u00C0', '\u1EFF'])), 0, 12]
            .Sample(text => NormalForm.Composed(NormalForm.Composed(text)) == NormalForm.Composed(text));

    [Fact]
    public void Qwen2ComposesAndLlama3DoesNot()
    {
        const string composed = "caf\u00E9";
        const string apart = "cafe\u0301";
        var (qwen, llama) = (TokenizerLoader.Load(SharedFolder.Path("tokenizers", "qwen")),
            TokenizerLoader.Load(SharedFolder.Path("tokenizers", "llama-3")));
        Assert.Equal(qwen.Encode(composed), qwen.Encode(apart));
        Assert.Equal(apart, llama.Decode(llama.Encode(apart)));
    }

    [Fact]
    public void ATokenizerJsonSaysWhetherTextIsComposed()
    {
        var json = BpeTrainer.Train(["ab ab"], 400);
        Assert.Contains("\"normalizer\": null", json, StringComparison.Ordinal);
        var composing = json.Replace("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}", StringComparison.Ordinal);
        var (with, without) = (
            TokenizerJsonFiles.Read(composing, "with"), TokenizerJsonFiles.Read(json, "without"));
        Assert.Equal("caf\u00E9", with.Decode(with.Encode("cafe\u0301")));
        Assert.Equal("cafe\u0301", without.Decode(without.Encode("cafe\u0301")));
    }
}
