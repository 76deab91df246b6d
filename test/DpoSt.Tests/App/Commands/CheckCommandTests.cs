namespace DpoSt.Tests.App.Commands;

public sealed class CheckCommandTests
{
    [Theory]
    [InlineData("right: \\frac12 for 1/2", "--verifier", "boxed", "1/2", "\\boxed{\\frac12}")]
    [InlineData("wrong: 3 for 2", "2", "#### 3")]
    [InlineData("right: 2 for 2", "1 + 1 = <<1+1=2>>2\n#### 2", "#### 2")]
    [InlineData("no answer found: there is no number behind ####", "2", "two")]
    [InlineData("right: -3 for -3", "--", "-3", "#### -3")]
    [InlineData("right: 3.1 for 3.14", "3.14", "#### 3.1", "--verifier-tolerance", "0.02")]
    [InlineData("right: \"7\" for \"7\"", "--verifier", "regex", "--verifier-pattern", "is (.)", "7", "it is 7")]
    public void Says_the_verdict_and_why(string says, params string[] arguments) =>
        Assert.Equal(new CommandRun(0, says + "\n", ""), CommandRun.Of(["check", .. arguments]));

    [Fact]
    public void Says_it_to_a_program() => Assert.Equal(
        new CommandRun(0, "{\"verdict\":\"right\",\"gold\":\"50%\",\"found\":\"0.5\",\"why\":\"0.5 for 50%\"}\n", ""),
        CommandRun.Of("check", "50%", "#### 0.5", "--json"));

    [Theory]
    [InlineData("the gold answer is \"12:30\", which the verifier number cannot read whole: it is not one number, behind", "12:30", "x")]
    [InlineData("verifier_pattern is given, which is of the verifier regex", "--verifier-pattern", "x", "2", "3")]
    [InlineData("the verifier program needs verifier_program", "--verifier", "program", "2", "3")]
    [InlineData("see dpost check --help", "--verifier", "oracle", "2", "3")]
    public void A_mistake_is_one_sentence(string says, params string[] arguments)
    {
        var run = CommandRun.Of(["check", .. arguments]);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }
}
