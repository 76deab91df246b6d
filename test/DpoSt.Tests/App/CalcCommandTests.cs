namespace DpoSt.Tests.App;

public sealed class CalcCommandTests
{
    [Theory]
    [InlineData("48/2", "24")]
    [InlineData("-5+3", "-2")]
    [InlineData("1,000 * 15%", "150")]
    [InlineData("10/3", "3.33")]
    public void Prints_the_result_alone(string expression, string result) =>
        Assert.Equal(new CommandRun(0, result + "\n", ""), CommandRun.Of("calc", expression));

    [Theory]
    [InlineData("1/0")]
    [InlineData("two and two")]
    [InlineData("")]
    [InlineData("9*9*9*(")]
    public void No_result_is_code_2_and_says_why(string expression)
    {
        var run = CommandRun.Of("calc", expression);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains($"'{expression}' has no result", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_long_an_expression_is_not_repeated_whole() =>
        Assert.Equal(
            new CommandRun(2, "", $"'{new string('1', 60)}...' has no result: it is longer than 200 characters.\n"),
            CommandRun.Of("calc", new string('1', 300)));
}
