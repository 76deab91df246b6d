using DpoSt.Verification;

namespace DpoSt.Tests.Verification;

/// <summary>exact, choice and regex.</summary>
public sealed class TextVerifiersTests
{
    [Theory]
    [InlineData("Paris", "It is the capital.\n#### paris.", Verdict.Correct)]
    [InlineData("Paris", "\\boxed{Paris}", Verdict.Correct)]
    [InlineData("Paris", "The answer is **Paris**.", Verdict.Correct)]
    [InlineData("New  York", "so\nnew york", Verdict.Correct)]
    [InlineData("the answer: 42 sheep", "The answer: 42 sheep", Verdict.Correct)]
    [InlineData("Paris", "London", Verdict.Wrong)]
    [InlineData("Paris", "Paris or London", Verdict.Wrong)]
    [InlineData("Paris", " \n ", Verdict.Invalid)]
    [InlineData("Paris", "<think>Paris", Verdict.Invalid)]
    public void Exact_compares_words(string gold, string text, Verdict verdict) => Judges("exact", gold, text, verdict);

    [Theory]
    [InlineData("B", "B", Verdict.Correct)]
    [InlineData("(B)", "The answer is (B).", Verdict.Correct)]
    [InlineData("B) Paris", "B", Verdict.Correct)]
    [InlineData("B) Paris", "It is Paris.\nAnswer: Paris", Verdict.Correct)]
    [InlineData("b", "#### B", Verdict.Correct)]
    [InlineData("B", "**B**", Verdict.Correct)]
    [InlineData("B", "B: Paris", Verdict.Correct)]
    [InlineData("B", "\\boxed{\\text{B}}", Verdict.Correct)]
    [InlineData("B", "Not A, but B is what I choose", Verdict.Correct)]
    [InlineData("B", "The answer is C", Verdict.Wrong)]
    [InlineData("B", "B or C", Verdict.Wrong)]
    [InlineData("A", "A dog has four legs", Verdict.Invalid)]
    [InlineData("B", "I do not know", Verdict.Invalid)]
    [InlineData("B", "", Verdict.Invalid)]
    public void Choice_compares_letters(string gold, string text, Verdict verdict) => Judges("choice", gold, text, verdict);

    [Theory]
    [InlineData(@"answer: (\w+)", "7", "answer: 8, no, answer: 7", Verdict.Correct)]
    [InlineData(@"(was|is) (?<answer>\w+)", "x", "it is x", Verdict.Correct)]
    [InlineData(@"\d+", "7", "5 and 7", Verdict.Correct)]
    [InlineData(@"\d+", "7", "7 and 5", Verdict.Wrong)]
    [InlineData(@"\d+", "7", "none", Verdict.Invalid)]
    [InlineData(@"answer: (\d+)\s*\z", "12", "The answer: 12\n", Verdict.Correct)]
    [InlineData(@"\b(\d+)\s*", "12", "answer 12\n", Verdict.Correct)]
    public void Regex_takes_the_last_match(string pattern, string gold, string text, Verdict verdict) =>
        Assert.Equal(verdict, Verifiers.Of(new VerifierOptions("regex", Pattern: pattern)).Judge(gold, text).Verdict);

    [Theory]
    [InlineData("(", "verifier_pattern '(' cannot be used")]
    [InlineData(@"(a)\1", "without lookarounds and backreferences")]
    [InlineData("(?=a)", "without lookarounds and backreferences")]
    public void Regex_refuses_what_may_take_for_ever(string pattern, string says) => Assert.Contains(
        says,
        Assert.Throws<UserErrorException>(() => Verifiers.Of(new VerifierOptions("regex", Pattern: pattern))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Options_of_another_verifier_are_refused()
    {
        VerifierOptions[] mistaken =
        [
            new("exact", Tolerance: 0.1), new("number", Pattern: "x"), new("boxed", Program: "x"), new("regex", Pattern: "x", Seconds: 1),
            new("regex"), new("program"), new("divination"),
        ];
        Assert.All(mistaken, options => Assert.Throws<UserErrorException>(() => Verifiers.Of(options)));
        Assert.All(
            Verifiers.Names.Except(["regex", "program"]), name => Assert.Equal(name, Verifiers.Of(new VerifierOptions(name)).Name));
    }

    private static void Judges(string verifier, string gold, string text, Verdict verdict) =>
        Assert.Equal(verdict, Verifiers.Of(new VerifierOptions(verifier)).Judge(gold, text).Verdict);
}
