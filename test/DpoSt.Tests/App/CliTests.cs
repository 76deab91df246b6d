using DpoSt.App;
using DpoSt.App.Console;

namespace DpoSt.Tests.App;

public sealed class CliTests
{
    [Theory]
    [InlineData("unknown")]
    [InlineData("calc")]
    [InlineData("calc", "1", "2")]
    [InlineData("info", "--unknown")]
    [InlineData("tokenize", "--json")]
    public void A_command_line_that_does_not_parse_is_one_sentence_and_code_2(params string[] args)
    {
        var run = CommandRun.Of(args);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Matches(@"^[^\n]+; see dpost( \w+)? --help\.\n$", run.Error);
    }

    [Fact]
    public void What_a_person_brings_reaches_no_terminal_as_a_command_to_it()
    {
        var run = CommandRun.Of("validate", "--config-path", "a\u001b[31mb\u0007");
        Assert.Contains("a\\u001b[31mb\\u0007", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    [Fact]
    public void Results_that_cannot_be_written_are_one_sentence()
    {
        using var error = new StringWriter();
        using var full = new StreamWriter(new FullStream()) { AutoFlush = true };
        Assert.Equal(2, Cli.Run(["calc", "3"], new CommandConsole(Stream.Null, full, error, CancellationToken.None)));
        Assert.Equal("reading or writing failed: No space left on device.\n", error.ToString());
    }

    [Fact]
    public void Help_is_a_command_too()
    {
        Assert.Equal(CommandRun.Of("--help"), CommandRun.Of("help"));
        Assert.Equal(CommandRun.Of("bench", "train", "--help"), CommandRun.Of("help", "bench", "train"));
    }

    [Theory]
    [InlineData("There is no command 'slove' (did you mean 'solve'?); see dpost --help.", "slove", "a question")]
    [InlineData("There is no command 'train'; see dpost --help.", "train", "--help")]
    [InlineData("There is no option '--hlep' (did you mean '--help'?); see dpost --help.", "--hlep")]
    [InlineData("There is no option '--modle' (did you mean '--model'?); see dpost solve --help.", "solve", "--modle", "x", "a question")]
    [InlineData(
        "There is no option '--temprature' (did you mean '--temperature'?); see dpost complete --help.", "complete", "--model", "x",
        "--temprature=1")]
    [InlineData("There is no option '--cofig-name' (did you mean '--config-name'?); see dpost sft --help.", "sft", "--cofig-name", "sft-0")]
    [InlineData(
        "'has' is one word too many: solve takes one question, in quotes where it has blanks; see dpost solve --help.", "solve", "--model",
        "x", "Tom", "has", "3")]
    [InlineData("There is no option '--bogus'; see dpost bench generate --help.", "bench", "generate", "--bogus")]
    [InlineData(
        "--temperature is 0,7; expected a number with a point and no comma; see dpost complete --help.", "complete", "--model", "x",
        "--temperature", "0,7")]
    [InlineData("--data is of --protocol real: add that, or leave it out; see dpost bench train --help.", "bench", "train", "--data", "x")]
    [InlineData("bench needs one more word: generate or train; see dpost bench --help.", "bench")]
    [InlineData("--batch is 0; expected a number from 1 to 16384; see dpost complete --help.", "complete", "--model", "x", "--batch", "0")]
    [InlineData(
        "--threads is 2147483647; expected a number from 1 to 1024; see dpost solve --help.", "solve", "--model", "x", "--threads",
        "2147483647", "a question")]
    [InlineData("--data is empty; give it a value, or leave it out; see dpost evaluate --help.", "evaluate", "--model", "x", "--data", "")]
    [InlineData(
        "--temperature is NaN; expected a number from 0 on; see dpost complete --help.", "complete", "--model", "x", "--temperature",
        "NaN")]
    [InlineData(
        "--temperature is 0; expected a number above 0; see dpost evaluate --help.", "evaluate", "--model", "x", "--data", "y",
        "--temperature", "0")]
    public void A_mistake_is_told_by_what_was_meant(string sentence, params string[] args) =>
        Assert.Equal(new CommandRun(2, "", sentence + "\n"), CommandRun.Of(args));

    [Theory]
    [InlineData("validate")]
    [InlineData("plan")]
    [InlineData("report")]
    [InlineData("calc")]
    [InlineData("tokenize")]
    [InlineData("download")]
    [InlineData("evaluate")]
    [InlineData("compare")]
    [InlineData("solve")]
    [InlineData("complete")]
    [InlineData("score")]
    [InlineData("info")]
    public void Every_command_explains_itself_with_an_example(string command)
    {
        var run = CommandRun.Of(command, "--help");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("Example:", run.Out, StringComparison.Ordinal);
        Assert.Contains($"dpost {command}", run.Out, StringComparison.Ordinal);
        Assert.Contains($"  {command} ", CommandRun.Of("--help").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void No_arguments_show_the_help() => Assert.Equal(CommandRun.Of("--help"), CommandRun.Of());

    [Fact]
    public void Response_files_are_off()
    {
        using var folder = new TemporaryFolder();
        var run = CommandRun.Of("calc", "@" + folder.File("arguments", "1+1"));
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains("@", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_trace_comes_only_with_verbose()
    {
        Assert.DoesNotContain("   at ", CommandRun.Of("calc", "1/0").Error, StringComparison.Ordinal);
        var verbose = CommandRun.Of("calc", "1/0", "--verbose");
        Assert.Equal(2, verbose.Code);
        Assert.Contains("   at ", verbose.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_of_ours_is_one_sentence_and_code_1()
    {
        using var input = new BrokenStream();
        using var error = new StringWriter { NewLine = "\n" };
        using var folder = new TemporaryFolder();
        var tokenizer = folder.File("tokenizer.json", DpoSt.Text.Tokenizers.BpeTrainer.Train(["a b"], 400));
        var code = DpoSt.App.Cli.Run(
            ["tokenize", "--tokenizer", tokenizer], new DpoSt.App.Console.CommandConsole(input, TextWriter.Null, error, default));
        Assert.Equal(1, code);
        Assert.Equal("dpost failed: the wire is cut; run it with --verbose to see where.\n", error.ToString());
    }

    [Fact]
    public void An_interrupted_command_ends_with_code_130()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = folder.File("tokenizer.json", DpoSt.Text.Tokenizers.BpeTrainer.Train(["a b"], 400));
        var run = CommandRun.With("{\"text\": \"a\"}\n", new CancellationToken(canceled: true), "tokenize", "--tokenizer", tokenizer);
        Assert.Equal(new CommandRun(130, "", "Interrupted.\n"), run);
    }

    [Fact]
    public void The_help_of_all_commands_gives_each_a_line()
    {
        var lines = CommandRun.Of("--help").Out.Split('\n');
        Assert.Single(lines, line => line.StartsWith("  solve ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("Example", StringComparison.Ordinal));
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("the wire is cut.");

        public override int Read(Span<byte> buffer) => throw new InvalidOperationException("the wire is cut.");
    }

    private sealed class FullStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("No space left on device");
    }
}
