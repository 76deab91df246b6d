using System.Text.Json;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.App;

public sealed class TokenizeCommandTests : IDisposable
{
    private const string Input = "{\"text\": \"a b\"}\n\n{\"text\": \"<<1+1=2>> é\"}\n";
    private readonly TemporaryFolder folder = new();

    public TokenizeCommandTests() => folder.File("tokenizer.json", BpeTrainer.Train(["a b", "a b"], 400));

    [Fact]
    public void Text_becomes_ids_and_pieces_and_ids_become_the_text()
    {
        var encoded = CommandRun.With(Input, "tokenize", "--tokenizer", folder.Root, "--json");
        Assert.Equal((0, ""), (encoded.Code, encoded.Error));
        var tokenizer = TokenizerLoader.Load(folder.Root);
        var lines = encoded.Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(2, lines.Length);
        Assert.Equal(tokenizer.Encode("a b"), lines[0].GetProperty("ids").Deserialize<int[]>()!);
        Assert.Equal(tokenizer.Encode("a b").Select(tokenizer.PieceOf), lines[0].GetProperty("pieces").Deserialize<string[]>());

        var decoded = CommandRun.With(encoded.Out, "tokenize", "--tokenizer", folder.File("tokenizer.json"), "--json", "--decode");
        Assert.Equal(new CommandRun(0, "{\"text\":\"a b\"}\n{\"text\":\"<<1+1=2>> é\"}\n", ""), decoded);
    }

    [Fact]
    public void Special_tokens_can_be_left_out()
    {
        var tokenizer = TokenizerLoader.Load(folder.Root);
        var run = CommandRun.With(Input, "tokenize", "--tokenizer", folder.Root, "--no-special");
        Assert.Equal(string.Join(' ', tokenizer.Encode("a b", addSpecialTokens: false)), run.Out.Split('\n')[0]);
        Assert.DoesNotContain(tokenizer.EosId, tokenizer.Encode("a b", addSpecialTokens: false));
    }

    [Fact]
    public void The_T5_vocabulary_ends_a_text_and_gives_the_known_ids()
    {
        var path = SharedFolder.Path("tokenizers", "t5", "spiece.model");
        var run = CommandRun.With("{\"text\": \"How old will Mark be in 5 years?\"}", "tokenize", "--tokenizer", path, "--json");
        Assert.Equal([571, 625, 56, 2185, 36, 16, 305, 203, 58, 1], JsonDocument.Parse(run.Out).RootElement.GetProperty("ids").Deserialize<int[]>()!);
    }

    [Theory]
    [InlineData("--json", "nonsense", "standard input:1: the line is no JSON")]
    [InlineData("--json", "{\"text\": 3}", "standard input:1: \"text\" is not a string")]
    [InlineData("--json", "{}", "standard input:1: \"text\" is missing")]
    [InlineData("--decode", "{}", "standard input:1: \"ids\" is no list")]
    [InlineData("--decode", "{\"ids\": [1]}\n{\"ids\": [99999]}", "standard input:2: 99999 is no token id")]
    [InlineData("--decode", "{\"ids\": [-1]}", "standard input:1: -1 is no token id")]
    [InlineData("--decode", "{\"ids\": [\"a\"]}", "standard input:1: \"a\" is no token id")]
    public void A_line_that_does_not_fit_is_named(string option, string input, string sentence)
    {
        var run = CommandRun.With(input, "tokenize", "--tokenizer", folder.Root, option);
        Assert.Equal(2, run.Code);
        Assert.StartsWith(sentence, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_is_a_sentence() =>
        Assert.Equal(2, CommandRun.With(Input, "tokenize", "--tokenizer", folder.File("nowhere")).Code);

    public void Dispose() => folder.Dispose();
}
