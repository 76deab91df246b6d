using System.Text.Json;

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

    [Fact]
    public void Judges_rows_in_their_order_for_a_program()
    {
        var run = CommandRun.With(
            """
            {"gold": "1/2", "answer": "\\boxed{0.5}"}
            {"gold": "x^2", "answer": "\\boxed{x}"}
            {"gold": "", "answer": "\\boxed{x}"}
            {"gold": 3, "answer": "nothing"}

            """,
            "check", "--verifier", "boxed", "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var rows = run.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.All(rows, row => Assert.Equal(["verdict", "extracted", "reason"], row.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(["right", "wrong", "bad_gold", "none"], rows.Select(row => row.GetProperty("verdict").GetString()));
        Assert.Equal(["0.5", "x", null, null], rows.Select(row => row.GetProperty("extracted").GetString()));
    }

    [Theory]
    [InlineData("right", """{"gold": 1, "answer": "Answer: B", "choices": ["iron", "wood"]}""")]
    [InlineData("right", """{"gold": "B", "answer": "wood", "choices": ["iron", "wood"]}""")]
    [InlineData("right", """{"gold": "2", "answer": "(B)", "choices": {"text": ["iron", "wood"], "label": ["1", "2"]}}""")]
    [InlineData("wrong", """{"gold": "wood", "answer": "A", "choices": ["iron", "wood"]}""")]
    [InlineData("none", """{"gold": "wood", "answer": "???", "choices": ["iron", "wood"]}""")]
    [InlineData("bad_gold", """{"gold": "gold", "answer": "A", "choices": ["iron", "wood"]}""")]
    [InlineData("bad_gold", """{"gold": "A", "answer": "A", "choices": 7}""")]
    [InlineData("right", """{"gold": "B", "answer": "B", "choices": null}""")]
    public void A_gold_answer_may_be_one_of_choices(string verdict, string row) =>
        Assert.StartsWith($"{{\"verdict\":\"{verdict}\"", CommandRun.With(row, "check", "--verifier", "choice", "--json").Out,
            StringComparison.Ordinal);

    [Fact]
    public void Options_have_short_names_where_judging_is_all() => Assert.Equal(
        new CommandRun(0, "right: \"7\" for \"7\"\nwrong: \"8\" for \"7\"\n", ""),
        CommandRun.With(
            "{\"gold\": \"7\", \"answer\": \"it is 7\"}\n{\"gold\": \"7\", \"answer\": \"it is 8\"}\n",
            "check", "--verifier", "regex", "--pattern", "is (.)"));

    [Theory]
    [InlineData("{\"gold\": \"1\"}", "standard input:1: \"answer\" is missing")]
    [InlineData("{\"answer\": \"1\"}", "standard input:1: \"gold\" is missing")]
    [InlineData("{\"answer\": \"1\", \"choices\": [\"a\"]}", "standard input:1: \"gold\" is missing")]
    [InlineData("7", "standard input:1: the line is not a JSON object")]
    public void A_row_without_its_columns_is_one_sentence(string row, string says)
    {
        var run = CommandRun.With(row, "check");
        Assert.Equal(2, run.Code);
        Assert.StartsWith(says, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("the gold answer is \"12:30\", which the verifier number cannot read whole: it is not one number, behind", "12:30", "x")]
    [InlineData("verifier_pattern is given, which is of the verifier regex", "--verifier-pattern", "x", "2", "3")]
    [InlineData("the verifier program needs verifier_program", "--verifier", "program", "2", "3")]
    [InlineData("there is a gold answer and nothing to judge", "2")]
    [InlineData("see dpost check --help", "--verifier", "oracle", "2", "3")]
    public void A_mistake_is_one_sentence(string says, params string[] arguments)
    {
        var run = CommandRun.Of(["check", .. arguments]);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }
}
