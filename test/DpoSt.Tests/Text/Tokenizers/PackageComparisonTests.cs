using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using DpoSt.Text.Tokenizers;
using DpoSt.Text.Tokenizers.ByteLevel;
using Microsoft.ML.Tokenizers;
using Package = Microsoft.ML.Tokenizers.Tokenizer;

namespace DpoSt.Tests.Text.Tokenizers;

/// <summary>
/// Byte-level BPE against Microsoft.ML.Tokenizers on random text: two implementations that share no line. Text stays below U+10000,
/// where the package's expressions see letters (docs/adr/0004).
/// </summary>
public sealed class PackageComparisonTests
{
    private static readonly string[] Parts =
        [
            "a", "the", " ", "  ", "\n", "\t", "1", "234", "'s", "'LL", "é", "中", "ー", "Ж", "ا", "!", "...", " $",
            "<<", ">>", "\u200d",
            "\u00a0", "\u3000", "\u2028", "\u0085", "☕"
        ];

    [Fact]
    public void Llama3EncodesAsThePackage() => AssertSame(
        TiktokenTokenizer.Create(
            SharedFolder.Path("tokenizers", "llama-3", "tokenizer.model"), Words(ByteLevelFiles.Llama3Words), normalizer: null),
        TokenizerLoader.Load(SharedFolder.Path("tokenizers", "llama-3")));

    [Fact]
    public void Qwen2EncodesAsThePackage() => AssertSame(
        BpeTokenizer.Create(new BpeOptions(JsonSerializer.Deserialize<Dictionary<string,
            int>>(File.ReadAllBytes(SharedFolder.Path("tokenizers", "qwen", "vocab.json")))!)
        {
            ByteLevel = true,
            Merges = File.ReadLines(SharedFolder.Path("tokenizers", "qwen", "merges.txt"))
                .Where(l => l.Length > 0 && !l.StartsWith("#version", StringComparison.Ordinal)),
            PreTokenizer = Words(ByteLevelFiles.Qwen2Words),
        }),
        TokenizerLoader.Load(SharedFolder.Path("tokenizers", "qwen")));

    private static void AssertSame(Package package, ITokenizer ours) =>
        Gen.Int[0, Parts.Length - 1].Array[0, 12]
            .Select(indices => string.Concat(indices.Select(i => Parts[i])))
            .Sample(text => ours.Encode(text, addSpecialTokens: false).SequenceEqual(package.EncodeToIds(text)), iter: 2000);

    private static RegexPreTokenizer Words(string pattern) =>
        new(new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10)), specialTokens: null);
}
