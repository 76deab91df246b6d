using System.Text;
using DpoSt.Verification;

namespace DpoSt.Tests.Verification;

/// <summary>Whatever a model or a file says, a verifier gives a verdict. Time is bounded by construction; that it ends is the
/// test.</summary>
public sealed class HostileTextTests
{
    private static readonly string[] Pieces =
    [
        "\\frac", "{", "}", "\\boxed{", "\\sqrt", "[", "]", "(", ")", "^", "_", "1", "23", "456", "0.", "e9", "E+99", "x", "y", "\\pi",
        "\\pm",
        "\\cup", "\\infty", "\\text{", "\\begin{pmatrix}", "\\end{pmatrix}", "\\\\", "&", ",", "<", ">", "=", "\\le", "\\in", "\\{",
        "\\}", "|",
        "!", "%", "$", " ", "or", "and", "\\left(", "\\right)", "\\overline{", "####", "</think>", "<think>", "answer is", "\\binom",
        "\\log_",
        "sin", "+", "-", "*", "/", ":", "\u2212", "\u00bd", "**", "999999999", "^{99999}", "!!!!!", "\\,", "\\", "million", "\n",
    ];

    private static readonly string[] Formulas =
    [
        "\\boxed{\\frac{1}{2}}", "so $x^2+2x+1$", "\\boxed{\\{1,2\\}}", "[0,1)\\cup(2,\\infty)", "\\boxed{x=\\pm\\sqrt{3}}",
        "#### $1,200.50",
        "\\boxed{\\begin{pmatrix}1\\\\2\\end{pmatrix}}", "The answer is (B) Paris.", "0.\\overline{3}", "\\sin^{-1}(\\pi/6)",
    ];

    [Theory]
    [InlineData("number", "72")]
    [InlineData("exact", "x")]
    [InlineData("choice", "A")]
    [InlineData("boxed", "\\frac{1}{2}", "x^2", "\\{1,2\\}", "[0,1)", "x>0", "x=3", "x^2+y^2=1", "\\text{a}")]
    [InlineData("regex", "a")]
    public void Ten_thousand_random_and_damaged_texts_get_a_verdict(string name, params string[] golds)
    {
        var verifier = Verifiers.Of(new VerifierOptions(name, Pattern: name == "regex" ? "a.*b(c+)|(.)+" : null));
        for (var i = 0UL; i < 10_000; i++)
        {
            var text = i % 2 == 0 ? Random(i) : Damaged(i);
            var judgement = verifier.Judge(golds[i % (ulong)golds.Length], text);
            Assert.Equal(judgement.Verdict == Verdict.Invalid, judgement.Found is null);
            Assert.True(verifier.AreSame(text, text) || verifier.Refusal(text) is not null || judgement is not null);
        }
    }

    [Theory]
    [InlineData("(", "1", ")", 900)]
    [InlineData("9^{", "9", "}", 400)]
    [InlineData("\\text{", "a", "}", 280)]
    [InlineData("\\frac{1}{x+", "1", "}", 160)]
    [InlineData("1000!+", "1", "", 320)]
    [InlineData("\\binom{999999999}{999}+", "1", "", 80)]
    [InlineData("(x+1/7)", "", "", 280)]
    [InlineData("1\\pm ", "1", "", 380)]
    [InlineData("a b ", "", "", 480)]
    [InlineData("777777777", "^{20000}", "", 200)]
    [InlineData("1,", "1", "", 990)]
    [InlineData("\\boxed{", "", "", 100_000)]
    [InlineData("#### 1 ", "", "", 100_000)]
    [InlineData("answer is ", "", "", 100_000)]
    [InlineData("$", "", "", 1_000_000)]
    public void What_would_be_endless_ends(string before, string inner, string after, int times)
    {
        var text = string.Concat(Enumerable.Repeat(before, times)) + inner + string.Concat(Enumerable.Repeat(after, times));
        Assert.All(
            Verifiers.Names.Except(["regex", "program"]).Select(name => Verifiers.Of(new VerifierOptions(name))),
            verifier =>
            {
                verifier.Refusal(text);
                verifier.Judge(verifier.Name == "choice" ? "A" : "72", text);
                verifier.Judge(verifier.Name == "choice" ? "A" : "72", $"\\boxed{{{text}}}");
            });
    }

    private static string Random(ulong key)
    {
        var text = new StringBuilder();
        var length = CounterRandom.Bits(key) % (key % 10 == 0 ? 300UL : 40UL);
        for (var i = 0UL; i < length; i++)
        {
            var bits = CounterRandom.Bits(key, i);
            _ = bits % 8 == 0 ? text.Append((char)(bits >> 32 & 0xffff)) : text.Append(Pieces[(bits >> 16) % (ulong)Pieces.Length]);
        }

        return text.ToString();
    }

    // A formula with a few characters taken away, doubled, or replaced by pieces.
    private static string Damaged(ulong key)
    {
        var text = new StringBuilder(Formulas[CounterRandom.Bits(key, 1) % (ulong)Formulas.Length]);
        for (var i = 0UL; i < 1 + key % 5; i++)
        {
            var bits = CounterRandom.Bits(key, 2, i);
            var at = (int)((bits >> 8) % (ulong)Math.Max(1, text.Length));
            _ = (bits & 3, text.Length) switch
            {
                (_, 0) => text.Append('{'),
                (0, _) => text.Remove(at, 1),
                (1, _) => text.Insert(at, text[at]),
                _ => text.Insert(at, Pieces[(bits >> 32) % (ulong)Pieces.Length]),
            };
        }

        return text.ToString();
    }
}
