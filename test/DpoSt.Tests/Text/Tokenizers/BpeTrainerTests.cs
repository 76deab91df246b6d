using System.Text.Json;
using CsCheck;
using DpoSt.Data.Synthetic;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.Text.Tokenizers;

public sealed class BpeTrainerTests
{
    private static readonly string[] Texts =
    [
        .. SyntheticProblems.OneStep(3000, 1).Concat(SyntheticProblems.Labelled(1000, 1))
            .SelectMany(p => new[] { p.Question, InBrackets(p.Rationale!) }),
    ];

    private static readonly string Json = BpeTrainer.Train(Texts, 1500);
    private static readonly ITokenizer Tokenizer = TokenizerJsonFiles.Read(Json, "trained");

    [Fact]
    public void TheMostFrequentPairJoinsFirstAndTiesGoBySpelling()
    {
        // "ab" occurs three times, then "cd" and "ef" twice each; "gh" once stays apart.
        var tokenizer = TokenizerJsonFiles.Read(
            BpeTrainer.Train(["ab", "ab", "ab", "ef", "ef", "cd", "cd", "gh"], 1000, sentinels: 0), "trained");
        Assert.Equal((3 + 256) + 3, tokenizer.VocabularySize);
        Assert.Equal([259, 260, 261], [tokenizer.IdOf("ab")!.Value, tokenizer.IdOf("cd")!.Value, tokenizer.IdOf("ef")!.Value]);
        Assert.Equal([259, 3 + 'g', 3 + 'h', 1], tokenizer.Encode("abgh"));
    }

    [Fact]
    public void SpecialTokensHaveTheirPlaces()
    {
        Assert.Equal(
            (0, 1, 2, 3, 102),
            (Tokenizer.PadId, Tokenizer.EosId, Tokenizer.IdOf("<unk>"), Tokenizer.IdOf("<extra_id_0>"), Tokenizer.IdOf("<extra_id_99>")));
        Assert.Null(Tokenizer.BosId);
        Assert.Equal([3, 1], Tokenizer.Encode("<extra_id_0>"));
        Assert.Equal(103 + 'A', Tokenizer.IdOf("A"));
    }

    [Fact]
    public void WordsOfTheProblemsAreSingleTokensAndDigitsStayApart()
    {
        Assert.InRange(Tokenizer.VocabularySize, 1000, 1500);
        var words = Texts.SelectMany(t => t.Split(' ').Skip(1)).Where(w => w.All(char.IsLetter)).Distinct(StringComparer.Ordinal).ToArray();
        var split = words.Where(w => Tokenizer.EncodeContinuation(" " + w).Count > 1).ToArray();
        Assert.True(
            split.Length <= 0.02 * words.Length, $"{words.Length} words, vocabulary {Tokenizer.VocabularySize}: {string.Join(' ', split)}");
        Assert.All(Enumerable.Range(103 + 256, Tokenizer.VocabularySize - 359), id =>
            Assert.Matches(@"^Ġ?(\d|\p{L}+|[^\p{L}\d]+)$", Tokenizer.PieceOf(id)));
        foreach (var word in new[] { " apples", " money", " costs", " together", " How", " miles" })
        {
            Assert.Single(Tokenizer.Encode(word, addSpecialTokens: false));
        }
    }

    [Fact]
    public void TheSameTextsGiveTheSameFile()
    {
        Assert.Equal(Json, BpeTrainer.Train(Texts, 1500));
        using var document = JsonDocument.Parse(Json);
        Assert.Equal("BPE", document.RootElement.GetProperty("model").GetProperty("type").GetString());
    }

    [Fact]
    public void DecodingGivesBackAnyText() =>
        Gen.String.Where(t => t.IsNormalized() && !t.Any(char.IsSurrogate))
            .Sample(text => Tokenizer.Decode(Tokenizer.Encode(text)) == text);

    [Fact]
    public void ACharacterAppearsWithItsLastByte()
    {
        var decoder = Tokenizer.NewDecoder();
        var parts = Tokenizer.Encode("é€😀!", addSpecialTokens: false).Select(decoder.Append).ToArray();
        Assert.Equal(["", "é", "", "", "€", "", "", "", "😀", "!"], parts);
        Assert.Equal("", decoder.Append(Tokenizer.EncodeContinuation("😀")[0]));
        Assert.Equal("\uFFFD", decoder.Flush());
    }

    [Fact]
    public void StreamedTextEqualsDecodedTextForAnyIds() =>
        Gen.Int[0, Tokenizer.VocabularySize - 1].Array[0, 40].Sample(ids =>
        {
            var decoder = Tokenizer.NewDecoder();
            return string.Concat(ids.Select(decoder.Append)) + decoder.Flush() == Tokenizer.Decode(ids);
        });

    [Fact]
    public void AnUnknownModelIsTheUsersMistake()
    {
        var error = Assert.Throws<UserErrorException>(
            () => TokenizerJsonFiles.Read("""{"model": {"type": "WordPiece", "vocab": {}}}""", "some/tokenizer.json"));
        Assert.Contains("some/tokenizer.json", error.Message, StringComparison.Ordinal);
        Assert.Contains("WordPiece", error.Message, StringComparison.Ordinal);
        Assert.Throws<UserErrorException>(() => TokenizerJsonFiles.Read("{", "x"));
        Assert.Throws<UserErrorException>(() =>
            TokenizerJsonFiles.Read("""{"model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}}""", "x"));
    }

    private static string InBrackets(string rationale) =>
        rationale.Replace("<<", "[ ", StringComparison.Ordinal).Replace(">>", "] ", StringComparison.Ordinal).Replace('\n', ' ');
}
