using DpoSt.Verification;

namespace DpoSt.Tests.Verification;

/// <summary>Each way to write a gold answer has one meaning for each verifier, or is refused (docs/your-data.md has the table).</summary>
public sealed class GoldFormsTests
{
    [Theory]
    [InlineData("1/2", "0.5", "1")]
    [InlineData("1 1/2", "1.5", "1")]
    [InlineData("1e3", "1000", "1")]
    [InlineData("2.5e3", "2500", "2.5")]
    [InlineData("50%", "0.5", "5")]
    [InlineData("50%", "50", "5000")]
    [InlineData("$1,200.50", "1200.5", "1")]
    [InlineData("\u22123", "-3", "3")]
    [InlineData("8{,}000", "8000", "8")]
    [InlineData("**72**", "72", "7")]
    [InlineData("$72$", "72", "7")]
    [InlineData("72.", "72", "7")]
    [InlineData("-$5", "-5", "5")]
    [InlineData("+7", "7", "-7")]
    [InlineData(".5", "0.50", "5")]
    [InlineData("1,234,567", "1234567", "1")]
    public void A_number_is_read_whole(string gold, string right, string wrong)
    {
        Assert.Null(Verifiers.Number.Refusal(gold));
        Assert.Equal(Verdict.Correct, Verifiers.Number.Judge(gold, $"So it is.\n#### {right}").Verdict);
        Assert.Equal(Verdict.Correct, Verifiers.Number.Judge(gold, $"#### {gold.Replace('\u2212', '-').Trim('*')}").Verdict);
        Assert.Equal(Verdict.Wrong, Verifiers.Number.Judge(gold, $"#### {wrong}").Verdict);
    }

    // As a double it is written with a power of three digits.
    [Fact]
    public void A_number_may_be_as_large_as_a_double_and_no_larger()
    {
        var large = "1" + new string('0', 120);
        Assert.Null(Verifiers.Number.Refusal(large));
        Assert.Equal("1E+120", Verifiers.Number.Plain(large));
        Assert.Equal(Verdict.Correct, Verifiers.Number.Judge(Verifiers.Number.Plain(large), $"#### {large}").Verdict);
        Assert.Equal(Verdict.Wrong, Verifiers.Number.Judge(large, $"#### {large}0").Verdict);
        Assert.Null(Verifiers.Number.Refusal("1e-320"));
        Assert.NotNull(Verifiers.Number.Refusal("1e309"));
        Assert.NotNull(Verifiers.Number.Refusal("1e1000"));
    }

    [Theory]
    [InlineData("3,5")]
    [InlineData("12:30")]
    [InlineData("2 or 3")]
    [InlineData("5 apples")]
    [InlineData("1 5/4")]
    [InlineData("1/0")]
    [InlineData("1,23")]
    [InlineData("five")]
    [InlineData("")]
    [InlineData("\\frac{1}{2}")]
    [InlineData("7 8")]
    public void A_number_is_never_the_first_of_something_else(string gold) =>
        Assert.StartsWith("it is not one number, behind \"####\" or alone; choose ",
            Verifiers.Number.Refusal(gold), StringComparison.Ordinal);

    [Theory]
    [InlineData("1/2", "\\boxed{0.5}", "\\boxed{1}")]
    [InlineData("1 1/2", "\\boxed{\\frac{3}{2}}", "\\boxed{1}")]
    [InlineData("1e3", "\\boxed{1000}", "\\boxed{1}")]
    [InlineData("2.5e3", "\\boxed{2500}", "\\boxed{2.5}")]
    [InlineData("50%", "\\boxed{0.5}", "\\boxed{5}")]
    [InlineData("50%", "\\boxed{50}", "\\boxed{5000}")]
    [InlineData("$1,200.50", "\\boxed{1200.5}", "\\boxed{1}")]
    [InlineData("\u22123", "\\boxed{-3}", "\\boxed{3}")]
    [InlineData("8{,}000", "\\boxed{8000}", "\\boxed{8}")]
    [InlineData("**72**", "\\boxed{72}", "\\boxed{7}")]
    [InlineData("3,5", "\\boxed{5, 3}", "\\boxed{3.5}")]          // two values
    [InlineData("12:30", "\\boxed{2:5}", "\\boxed{12}")]          // a ratio
    [InlineData("2 or 3", "\\boxed{3, 2}", "\\boxed{2}")]         // both values
    [InlineData("5 apples", "\\boxed{5}", "\\boxed{6}")]
    public void A_formula_is_read_whole(string gold, string right, string wrong)
    {
        var boxed = Verifiers.Of(new VerifierOptions("boxed"));
        Assert.Null(boxed.Refusal(gold));
        Assert.Equal(Verdict.Correct, boxed.Judge(gold, right).Verdict);
        Assert.Equal(Verdict.Wrong, boxed.Judge(gold, wrong).Verdict);
    }

    [Theory]
    [InlineData("the sum of 3 and 4 is 7")]
    [InlineData("\\int_0^1 x\\,dx")]
    [InlineData("1 +")]
    [InlineData("")]
    public void A_formula_that_is_none_is_refused(string gold) =>
        Assert.StartsWith("it is no formula", Verifiers.Of(new VerifierOptions("boxed")).Refusal(gold), StringComparison.Ordinal);

    [Theory]
    [InlineData("1/2")]
    [InlineData("1 1/2")]
    [InlineData("1e3")]
    [InlineData("2.5e3")]
    [InlineData("50%")]
    [InlineData("$1,200.50")]
    [InlineData("\u22123")]
    [InlineData("8{,}000")]
    [InlineData("**72**")]
    [InlineData("3,5")]
    [InlineData("12:30")]
    [InlineData("2 or 3")]
    public void Texts_are_compared_as_they_are_and_choices_are_letters(string gold)
    {
        var exact = Verifiers.Of(new VerifierOptions("exact"));
        Assert.Null(exact.Refusal(gold));
        Assert.Equal(Verdict.Correct, exact.Judge(gold, $"Thus\n#### {gold}.").Verdict);
        Assert.Equal(Verdict.Wrong, exact.Judge(gold, "#### 1").Verdict);
        Assert.StartsWith("it is no letter", Verifiers.Of(new VerifierOptions("choice")).Refusal(gold), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("She has 2 + 3 = 5.\n#### 5", "5")]
    [InlineData("#### 4\nno:\n#### 1/2 cup\n", "1/2 cup")]
    [InlineData("x # 8", "8")]
    [InlineData("Thus $x = \\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}")]
    [InlineData(" 12:30 ", "12:30")]
    public void The_gold_answer_of_a_rationale_is_taken_whole(string rationale, string gold) => Assert.Equal(gold, GoldText.Of(rationale));
}
