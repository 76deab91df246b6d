using DpoSt.Tests.Text;
using DpoSt.Verification;

namespace DpoSt.Tests.Verification;

public sealed class NumberVerifierTests
{
    [Theory]
    [InlineData("#### 5 apples", Verdict.Correct)]
    [InlineData("#### 5.00009", Verdict.Correct)]
    [InlineData("#### 5.0002", Verdict.Wrong)]
    [InlineData("5", Verdict.Correct)]                             // an answer without steps
    [InlineData("It is 5.", Verdict.Invalid)]
    [InlineData("#### five", Verdict.Invalid)]
    [InlineData("#### 5/1", Verdict.Correct)]
    [InlineData("#### 5/2", Verdict.Wrong)]
    [InlineData("#### 10/2\n", Verdict.Correct)]
    [InlineData("#### 10 1/2\n", Verdict.Wrong)]
    [InlineData("#### 0.5e1 \n\n", Verdict.Correct)]
    [InlineData("#### 5e1", Verdict.Wrong)]
    [InlineData("<think>#### 5", Verdict.Invalid)]
    [InlineData("<think>#### 4</think> #### 5", Verdict.Correct)]
    [InlineData("thinking #### 5</think>", Verdict.Invalid)]
    [InlineData("", Verdict.Invalid)]
    public void Judges_the_number_behind_the_mark(string text, Verdict verdict) =>
        Assert.Equal(verdict, Verifiers.Number.Judge("5", text).Verdict);

    [Fact]
    public void Judges_as_the_paper_s_code_does_where_the_number_ends_there()
    {
        // A number that goes on behind the paper's is another one: "1/2", "1e5", "5%".
        string[] goesOn = ["#### 1e5", "#### 5%", "#### 1/2"];
        foreach (var item in GsmRows.Fixture("data-prep", "extract_answer.json").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            if (item.GetProperty("answer") is { ValueKind: System.Text.Json.JsonValueKind.Number } number && !goesOn.Contains(text)
                && number.GetDouble() < 1e15)
            {
                var gold = number.GetDouble().ToString(System.Globalization.CultureInfo.InvariantCulture);
                Assert.True(Verifiers.Number.Judge(gold, text).Verdict == Verdict.Correct, text);
            }
        }
    }

    [Fact]
    public void A_tolerance_is_a_share_of_the_gold_answer()
    {
        var loose = Verifiers.Of(new VerifierOptions("number", Tolerance: 0.05));
        Assert.Equal(Verdict.Correct, loose.Judge("200", "#### 190").Verdict);
        Assert.Equal(Verdict.Wrong, loose.Judge("200", "#### 189").Verdict);
        Assert.Equal(Verdict.Wrong, Verifiers.Of(new VerifierOptions("number", Tolerance: 0)).Judge("2", "#### 2.00001").Verdict);
    }

    [Fact]
    public void Says_what_it_found_and_why()
    {
        Assert.Equal(new Judgement(Verdict.Wrong, "1234.5", "1234.5 for 7"), Verifiers.Number.Judge("7", "#### $1,234.50"));
        Assert.Equal("there is no number behind ####", Verifiers.Number.Judge("7", "so seven").Why);
    }

    [Fact]
    public void Votes_as_answers_are_compared()
    {
        Assert.True(Verifiers.Number.AreSame("2", "2.00001"));
        Assert.False(Verifiers.Number.AreSame("2", "3"));
        Assert.False(Verifiers.Number.AreSame("50%", "50"));
    }
}
