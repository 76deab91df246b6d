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
        Assert.Equal(decoded, CommandRun.With(encoded.Out, "tokenize", "--tokenizer", folder.Root, "--decode"));
    }

    [Fact]
    public void Special_tokens_can_be_left_out()
    {
        var tokenizer = TokenizerLoader.Load(folder.Root);
        var run = CommandRun.With(Input, "tokenize", "--tokenizer", folder.Root, "--no-special");
        Assert.Equal(string.Join(' ', tokenizer.Encode("a b", addSpecialTokens: false)), run.Out.Split('\n')[0]);
        Assert.DoesNotContain(tokenizer.EosId, tokenizer.Encode("a b", addSpecialTokens: false));
    }

    [Theory]
    [InlineData("t5", "spiece.model", "How old will Mark be in 5 years?", "571 625 56 2185 36 16 305 203 58 1")]
    [InlineData("llama-2", "tokenizer.model", "Hello world", "1 15043 3186")]
    [InlineData("llama-3", "tokenizer.model", "Hello world", "128000 9906 1917")]
    [InlineData("qwen", "merges.txt", "Hello world", "9707 1879")]
    public void A_bare_file_has_the_special_tokens_of_its_family(string family, string file, string text, string ids)
    {
        var run = CommandRun.With(
            JsonSerializer.Serialize(new { text }), "tokenize", "--tokenizer", SharedFolder.Path("tokenizers", family, file));
        Assert.Equal(new CommandRun(0, ids + "\n", ""), run);
    }

    [Theory]
    [InlineData("--json", "nonsense", "standard input:1: the line is not JSON")]
    [InlineData("--json", "{\"text\": 3}", "standard input:1: \"text\" is not a string")]
    [InlineData("--json", "{}", "standard input:1: \"text\" is missing")]
    [InlineData("--decode", "{}", "standard input:1: \"ids\" is not a list")]
    [InlineData("--decode", "{\"ids\": [1]}\n{\"ids\": [99999]}", "standard input:2: 99999 is not a token id")]
    [InlineData("--decode", "{\"ids\": [-1]}", "standard input:1: -1 is not a token id")]
    [InlineData("--decode", "{\"ids\": [\"a\"]}", "standard input:1: \"a\" is not a token id")]
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
