using DpoSt.Data;
using DpoSt.Verification;

namespace DpoSt.Tests.Data;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("so 27. #### 27", Verdict.Correct)]
    [InlineData("so 27. #### 27.00001", Verdict.Correct)]
    [InlineData("so 27. #### 28", Verdict.Wrong)]
    [InlineData("so 27.", Verdict.Invalid)]
    public void Is_judged_by_its_final_answer(string text, Verdict verdict) =>
        Assert.Equal(verdict, Completion.Of(new Problem("a", "?", null, 27), 0, 0, text, Verifiers.Number).Verdict);

    [Fact]
    public void Samples_are_sorted_by_verdict_and_runs_are_joined()
    {
        Problem[] problems = [new("1", "q1", "gold", 1), new("2", "q2", null, 2)];
        Completion[] samples =
        [
            new("2", 0, 0, "w", Verdict.Wrong),
            new("1", 0, 0, "c", Verdict.Correct),
            new("1", 1, 0, "i", Verdict.Invalid),
            new("1", 2, 0, "c", Verdict.Correct),
        ];
        var run = LabelledQuestion.From(problems, samples);
        Assert.Equal(["q1", "q2"], run.Select(q => q.Question));
        Assert.Equal(["c", "c"], run[0].Positives);
        Assert.Equal(["i"], run[0].Negatives);
        Assert.Equal(["w"], run[1].Negatives);

        var merged = LabelledQuestion.Merge(run, [new("q2", "late gold", ["p"], []), new("q3", null, [], [])]);
        Assert.Equal(["q1", "q2", "q3"], merged.Select(q => q.Question));
        Assert.Equal("late gold", merged[1].Gold);
        Assert.Equal(["p"], merged[1].Positives);
        Assert.Equal(["w"], merged[1].Negatives);
    }
}
