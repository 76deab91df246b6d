using DpoSt.Verification;

namespace DpoSt.Tests.Verification;

public sealed class BoxedVerifierTests
{
    private readonly IVerifier boxed = Verifiers.Of(new VerifierOptions("boxed"));

    [Theory]
    [InlineData("x^2-1", "(x-1)(x+1)")]
    [InlineData("\\frac{3}{8}", "37.5\\%")]
    [InlineData("(-\\infty, 2) \\cup (3, \\infty)", "x<2 \\text{ or } x>3")]
    [InlineData("[2,5]", "2 \\le x \\le 5")]
    [InlineData("\\pm 3", "3, -3")]
    [InlineData("x=\\pm 3", "x = 3 \\text{ or } x = -3")]
    [InlineData("2\\pm\\sqrt{3}", "2+\\sqrt3, 2-\\sqrt3")]
    [InlineData("y=2x+3", "2x-y+3=0")]
    [InlineData("f(x)=2x+1", "2x+1")]
    [InlineData("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}")]
    [InlineData("\\textbf{(C)}", "C")]
    [InlineData("6.02\\times10^{23}", "6.02e23")]
    [InlineData("\\log_{2}{x}", "\\frac{\\ln x}{\\ln 2}")]
    [InlineData("\\cos^2 x", "1-\\sin^2 x")]
    [InlineData("\\tan 45^\\circ", "1")]
    [InlineData("\\sqrt[3]{27}", "3")]
    [InlineData("2^{2005}", "2^{2004}\\cdot 2")]
    [InlineData("\\frac{1+\\sqrt5}{2}", "1.618034")]
    [InlineData("(3,4)", "x=3, y=4")]
    [InlineData("12\\text{ m}^2", "12")]
    [InlineData("5 \\mathrm{~cm}", "5")]
    [InlineData("x \\in (-\\infty, 0]", "(-\\infty, 0]")]
    [InlineData("\\mathbb{R}", "(-\\infty,\\infty)")]
    [InlineData("e^{i\\pi}", "-1")]
    [InlineData("|x-1|", "|1-x|")]
    [InlineData("\\binom{n}{2}", "\\frac{n(n-1)}{2}")]
    [InlineData("a_n = 2n-1 (n \\in N^*)", "2n-1")]
    [InlineData("\\text{No}", "\\text{no}")]
    [InlineData("1:2:3", "2:4:6")]
    [InlineData("0.\\overline{142857}", "\\frac17")]
    [InlineData("5 million", "5000000")]
    [InlineData("-3\\frac12", "-3.5")]
    [InlineData("1011_2", "11")]
    [InlineData("\\frac{x^2-1}{x-1}", "x+1")]
    [InlineData("\\sin x\\cos x", "\\frac{1}{2}\\sin 2x")]
    [InlineData("\\{(1,2),(3,4)\\}", "\\{(3,4),(1,2)\\}")]
    [InlineData("\\{x \\mid x > 2\\}", "(2,\\infty)")]
    [InlineData("\\angle ABC = 60^\\circ", "60^\\circ")]
    [InlineData("(1,2,3)", "\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}")]
    [InlineData("x^2/4+y^2/3=1", "3x^2+4y^2=12")]
    [InlineData("\\frac{1}{3}", "\\frac13 \\approx 0.33")]
    [InlineData("2500", "2.5 x 10^3")]
    [InlineData("\\frac{1}{2}", "\\frac{1}{2} \\text{ or } 0.5")]
    public void Says_the_same_in_other_words(string gold, string answer)
    {
        Assert.Null(boxed.Refusal(gold));
        Assert.Equal(Verdict.Correct, boxed.Judge(gold, $"so \\boxed{{{answer}}}").Verdict);
        Assert.Equal(Verdict.Correct, boxed.Judge($"${gold}$", $"$\\boxed{{{answer}}}$.").Verdict);
    }

    [Theory]
    [InlineData("x^2-1", "x^2+1")]
    [InlineData("[2,5)", "2 \\le x \\le 5")]
    [InlineData("y=2x+3", "y=2x-3")]
    [InlineData("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&5\\end{pmatrix}")]
    [InlineData("\\{1,2,3\\}", "\\{1,2\\}")]
    [InlineData("(1,2)", "\\{1,2\\}")]
    [InlineData("\\infty", "-\\infty")]
    [InlineData("\\frac{\\pi}{3}", "60^\\circ")]
    [InlineData("\\sqrt{2}", "1.41")]
    [InlineData("\\frac{1}{3}", ".333")]
    [InlineData("10", "10\\text{ or }12")]
    [InlineData("x=3", "y=3")]
    [InlineData("x(y+1)=3", "3")]
    [InlineData("xy=6", "6")]
    [InlineData("2^{2005}", "2^{2006}")]
    [InlineData("\\text{Monday}", "\\text{Tuesday}")]
    [InlineData("0.0000001", "0.0000002")]
    [InlineData("4", "x")]
    public void Says_something_else(string gold, string answer) =>
        Assert.Equal(Verdict.Wrong, boxed.Judge(gold, $"so \\boxed{{{answer}}}").Verdict);

    [Theory]
    [InlineData("5", "she paid $5 and got 3 back, so the answer is 5")]
    [InlineData("B", "The answer is (B).")]
    [InlineData("4", "$k = 4$ is it")]
    [InlineData("3", "Thus\n\\[x = 3\\]")]
    [InlineData("3", "Thus \\(x = 3\\).")]
    [InlineData("1/2", "The probability is 1/2.")]
    [InlineData("0.5", "50%")]
    [InlineData("United States", "The answer is United States.")]
    [InlineData("42", "<think>it is \\boxed{41}</think>\\boxed{42}")]
    [InlineData("1", "\\fbox{1}")]
    [InlineData("7", "\\boxed 7")]
    public void Without_a_box_the_last_formula_or_number_counts(string gold, string text) =>
        Assert.Equal(Verdict.Correct, boxed.Judge(gold, text).Verdict);

    [Theory]
    [InlineData("42", "<think>it is \\boxed{42}", "the thinking was cut off")]
    [InlineData("1", "\\boxed{1", "the last box is not closed")]
    [InlineData("1", "\\boxed{ }", "the last box is empty")]
    [InlineData("1", "I do not know", "there is neither a box nor a number")]
    public void No_answer_is_not_a_wrong_one(string gold, string text, string why)
    {
        var judgement = boxed.Judge(gold, text);
        Assert.Equal((Verdict.Invalid, why, null), (judgement.Verdict, judgement.Why, judgement.Found));
    }

    [Fact]
    public void A_tolerance_takes_the_place_of_rounding()
    {
        var loose = Verifiers.Of(new VerifierOptions("boxed", Tolerance: 0.01));
        Assert.Equal(Verdict.Correct, loose.Judge("\\pi", "\\boxed{3.14}").Verdict);
        Assert.Equal(Verdict.Wrong, loose.Judge("\\pi", "\\boxed{3.1}").Verdict);
        Assert.Equal(Verdict.Wrong, Verifiers.Of(new VerifierOptions("boxed", Tolerance: 0)).Judge("1/3", "\\boxed{0.333333}").Verdict);
    }

    [Fact]
    public void Votes_count_together_what_says_the_same()
    {
        Assert.True(boxed.AreSame("\\frac{1}{2}", "0.5"));
        Assert.False(boxed.AreSame("\\frac{1}{2}", "2"));
    }
}
