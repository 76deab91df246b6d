using DpoSt.Data;
using DpoSt.Evaluation;
using DpoSt.Text;
using DpoSt.Verification;

namespace DpoSt.Tests.Evaluation;

public sealed class EvaluationReportTests
{
    private static readonly Problem[] Problems =
    [
        new("a", "?", "<<1+1=2>>2\n#### 2", 2),
        new("b", "?", "<<1+1=2>>2 <<2+1=3>>3\n#### 3", 3),
        new("c", "?", "<<2+2=4>>4\n#### 4", 4),
        new("d", "?", null, 5),
    ];

    private static readonly Completion[] Greedy =
        [.. ((string[])["[ 1 + 1 = 2] 2. #### 2", "nothing", "[ 2 + 1 = 3] [ 3 + 0 = 3] #### 3", "#### 5"])
        .Select((text, i) => Completion.Of(Problems[i], 0, 0, text, Verifiers.Number))];

    [Fact]
    public void Accuracy_comes_by_steps_for_questions_with_a_rationale()
    {
        var found = EvaluationReport.ScoreBySteps(Problems, Greedy);
        Assert.Equal([(1, 1, 2), (2, 0, 1)], found.Select(s => (s.Steps, s.Greedy.Right, s.Greedy.Total)));
        Assert.Equal(
            (2, 4, 0.5),
            (EvaluationReport.Score(Greedy).Right, EvaluationReport.Score(Greedy).Total, EvaluationReport.Score(Greedy).Share));
    }

    [Fact]
    public void Calls_are_counted_by_answer() =>
        Assert.Equal(new CalculatorUse(true, 2, 3 / 4.0), EvaluationReport.Calls(Greedy, CalculatorFormat.T5, isOn: true));

    [Theory]
    [InlineData(0)]
    [InlineData(1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(5, 1, 2, 4, 5)]
    [InlineData(8, 1, 2, 4, 8)]
    public void Samples_are_scored_for_powers_of_two_and_for_all(int samples, params int[] ks)
    {
        var sampled = Problems.SelectMany(p => Enumerable.Range(0, samples).Select(s => new Completion(p.Id, s, 0, "", Verdict.Invalid)))
            .ToList();
        Assert.Equal(ks, EvaluationReport.ScoreSamples(Problems, sampled, Verifiers.Number).Select(s => s.K));
    }

    [Fact]
    public void Accuracy_has_Wilsons_interval()
    {
        // Wilson (1927) at 5 of 10: 0.5 -+ 0.2634, by the formula with z = 1.96.
        var accuracy = Accuracy.Of(5, 10);
        Assert.Equal((0.2366, 0.7634), (Math.Round(accuracy.Low, 4), Math.Round(accuracy.High, 4)));
    }
}
