using DpoSt.Verification;

namespace DpoSt.Tests.Verification;

public sealed class ProgramVerifierTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("right", Verdict.Correct)]
    [InlineData("wrong", Verdict.Wrong)]
    [InlineData("none", Verdict.Invalid)]
    public void A_program_judges(string verdict, Verdict expected)
    {
        var verifier = Program($$"""echo '{"verdict": "{{verdict}}", "why": "because", "found": "7"}'""");
        var judgement = verifier.Judge("7", "so 7");
        Assert.Equal((expected, "because"), (judgement.Verdict, judgement.Why));
        Assert.Equal(expected == Verdict.Invalid ? null : "7", judgement.Found);
    }

    [Fact]
    public void It_gets_both_texts_as_they_are_and_the_thinking_is_gone()
    {
        var verifier = Program($$"""cat > {{folder.File("got.json")}}; echo '{"verdict": "right"}'""");
        Assert.Equal(Verdict.Correct, verifier.Judge("$(touch x) \"7\"", "<think>no</think>7; rm -rf '*' `x`").Verdict);
        using var got = System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder.File("got.json")));
        Assert.Equal("$(touch x) \"7\"", got.RootElement.GetProperty("gold").GetString());
        Assert.Equal("7; rm -rf '*' `x`", got.RootElement.GetProperty("answer").GetString());
    }

    [Fact]
    public void One_that_does_not_end_gives_no_verdict()
    {
        var judgement = Program("sleep 60", 0.3).Judge("7", "7");
        Assert.Equal((Verdict.Invalid, "the program gave no verdict within 0.3 s"), (judgement.Verdict, judgement.Why));
        Assert.Equal(Verdict.Invalid, Program("yes", 0.3).Judge("7", "7").Verdict);
    }

    [Fact]
    public void It_is_asked_once_for_the_same_and_again_when_it_has_changed()
    {
        var asked = folder.File("asked");
        var verifier = Program($$"""echo x >> {{asked}}; echo '{"verdict": "right"}'""");
        System.Threading.Tasks.Parallel.For(0, 8, i => Assert.Equal(
            Verdict.Correct, verifier.Judge("7", i % 2 == 0 ? "7" : "<think>so</think>7").Verdict));
        Assert.Single(File.ReadAllLines(asked));
        verifier.Judge("7", "8");
        verifier.Judge("78", "");
        Assert.Equal(3, File.ReadAllLines(asked).Length);
        File.SetLastWriteTimeUtc(folder.File("judge"), DateTime.UtcNow.AddSeconds(-9));
        verifier.Judge("7", "7");
        Assert.Equal(4, File.ReadAllLines(asked).Length);
    }

    [Fact]
    public void What_is_known_of_is_bounded()
    {
        var (known, made) = (new KnownJudgements(), 0);
        Judgement Long(string asked) => known.Of(asked, () => Judgement.Of(true, new string('x', 5 << 20), $"{made++}"));
        Assert.Equal(["0", "1", "0", "2", "3", "4"], ((string[])["a", "b", "a", "c", "d", "a"]).Select(asked => Long(asked).Why));
    }

    [Fact]
    public void One_that_does_not_read_is_no_mistake() => Assert.Equal(
        Verdict.Correct, Program("""echo '{"verdict": "right"}'""").Judge("7", new string('x', 1_000_000)).Verdict);

    [Theory]
    [InlineData("echo nonsense", "the program wrote \"nonsense\"; expected {\"verdict\": \"right\"}")]
    [InlineData("true", "the program wrote \"nothing\"")]
    [InlineData("""echo '{"verdict": "maybe"}'""", "expected {\"verdict\": \"right\"}, or \"wrong\" or \"none\"")]
    [InlineData("echo oops >&2; exit 3", "the program ended with exit code 3 (oops)")]
    public void A_broken_program_is_one_sentence(string script, string says)
    {
        var error = Assert.Throws<UserErrorException>(() => Program(script).Judge("7", "7"));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_program_is_one_sentence()
    {
        var text = folder.File("text", "x");
        Assert.Contains("make it executable", Refused(text), StringComparison.Ordinal);
        Assert.Contains("there is no such file", Refused(folder.File("nowhere")), StringComparison.Ordinal);

        string Refused(string path) => Assert.Throws<UserErrorException>(
            () => Verifiers.Of(new VerifierOptions("program", Program: path))).Message;
    }

    private IVerifier Program(string script, double seconds = 30)
    {
        var path = folder.File("judge", $"#!/bin/sh\n{script}\n");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts are of a Unix shell");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return Verifiers.Of(new VerifierOptions("program", Program: path, Seconds: seconds));
    }
}
