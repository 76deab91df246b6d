using System.Diagnostics;
using System.Text.Json;
using DpoSt.Text.Tokenizers.Expressions;
using static DpoSt.Tests.Text.Tokenizers.Original.SmallTokenizer;

namespace DpoSt.Tests.Text.Tokenizers.Original;

/// <summary>Expressions against Oniguruma, by where the original cuts texts.</summary>
public sealed class ExpressionsTests
{
    [Theory]
    [InlineData(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re)?|\p{N}{1,3}|\s+")]
    [InlineData(@"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s+")]
    [InlineData(@"[一-龥぀-ゟ゠-ヿ]+|[\p{Han}]+|\p{^L}{2,}")]
    [InlineData(@"[\p{L}&&[^a-mé]&&[^\p{Lu}]]+|[a[b-d]\x{1F600}\u00e9]+")]
    [InlineData(@"\w+|\W|\h+|\H")]
    [InlineData(@"\d+?|\D{2,3}?|\S*?e")]
    [InlineData(@"(?<=\d)\p{L}|(?<!\s)\.|(?<=the|\n\n)\s|(?=apples)a|\bit\b|\Bx")]
    [InlineData(@"^\s?\w|\S$|\A.|.\z|\n\Z|\R")]
    [InlineData(@"(?>\s+)\d|(?:a|ab|abc)(?:c|e)?|(?:\w\w)+|(?:,|\.)*")]
    [InlineData(@"x(?i)the|k|\p{Lu}'|[a-z]\s")]
    [InlineData(@"a{,2}|b{2}|1{1,}|x{|y{,}|(?#nothing)z")]
    [InlineData(@"[^\S\r\n]+|[\]\-a-]+|[.$^|]|\t\f\v\e|\/")]
    [InlineData("")]
    public void TextsAreCutWhereOnigurumaCutsThem(string expression)
    {
        var part = JsonSerializer.Serialize(
            new { type = "Split", pattern = new { Regex = expression }, behavior = "Isolated", invert = false });
        var json = new SmallTokenizer { PreTokenizer = $$"""{"type":"Sequence","pretokenizers":[{{part}},{{ShowCuts}}]}""" }.Json();
        using var original = new OriginalTokenizer(json);
        var tokenizer = TokenizerJsonFiles.Read(json);
        Assert.All(RandomTexts.Of(1000, seed: 29), text => Assert.Equal(original.Encode(text), tokenizer.Encode(text)));
    }

    [Theory]
    [InlineData(@"(a)\1")]
    [InlineData(@"(?<n>a)")]
    [InlineData(@"\p{Greek}")]
    [InlineData(@"\X")]
    [InlineData(@"\G")]
    [InlineData(@"[[:alpha:]]")]
    [InlineData(@"(?s:.)")]
    [InlineData(@"(?i)a(?-i)b")]
    [InlineData(@"(?i:ss)")]
    [InlineData(@"(?i:é)")]
    [InlineData(@"(?<=a+)b")]
    [InlineData(@"a{2}?")]
    [InlineData(@"\101")]
    [InlineData(@"[z-a]")]
    [InlineData(@"[a")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("*a")]
    [InlineData(@"a\")]
    [InlineData(@"\x{110000}")]
    [InlineData("((a{999}){999}){999}")]
    [InlineData("a**********")]
    public void WhatIsNotKnownIsRefused(string expression) =>
        Assert.Throws<FormatException>(() => new Expression(expression));

    [Fact]
    public void DeepAndLongExpressionsAreRefusedOrRead()
    {
        Assert.Throws<FormatException>(() => new Expression(new string('(', 100_000)));
        Assert.Throws<FormatException>(() => new Expression(new string('[', 100_000)));
        Assert.Equal([(0, 1)], new Expression($"[{new string('a', 100_000)}b]").Matches("b"));
        Assert.Equal(9_000, new Expression(new string('a', 9_000)).Matches(new string('a', 9_000))[0].End);
    }

    /// <summary>What takes others exponential time: the limit is far above what is needed, and no measure of speed.</summary>
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+b")]
    [InlineData("(a*)*b|(a|a?)+c")]
    [InlineData("(?:.*)*x")]
    public void NoExpressionTakesExponentialTime(string expression)
    {
        var watch = Stopwatch.StartNew();
        new Expression(expression).Matches(new string('a', 50_000) + "!");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    /// <summary>Looking around anew at every place is not remembered, so it is bounded.</summary>
    [Fact]
    public void ATooCostlyExpressionIsASentence()
    {
        var error = Assert.Throws<UserErrorException>(() => new Expression("(?=.*x)a").Matches(new string('a', 200_000)));
        Assert.Contains("(?=.*x)a", error.Message, StringComparison.Ordinal);
    }
}
