using DpoSt.Data;
using DpoSt.Evaluation;
using DpoSt.Verification;

namespace DpoSt.Tests.Evaluation;

public sealed class SampleScoreTests
{
    private static readonly Problem[] Problems = [new("a", "?", null, 1), new("b", "?", null, 2)];

    // Four samples each: the first question right twice of four, and its votes begin with a wrong one; the second never.
    private static readonly Completion[] Samples = [.. Answers(Problems[0], 9, 1, 1, 8), .. Answers(Problems[1], 7, 7, 6, 5)];

    [Theory]
    [InlineData(1, 2 / 4.0 / 2, 0)]
    [InlineData(2, (1 - 1 / 6.0) / 2, 0)]                           // of 6 pairs one holds no right answer
    [InlineData(3, 1 / 2.0, 0.5)]
    [InlineData(4, 1 / 2.0, 0.5)]
    public void Agrees_with_counting_by_hand(int k, double pass, double majority)
    {
        var score = SampleScore.Of(k, 4, Samples, Verifiers.Number);
        Assert.Equal(k, score.K);
        Assert.Equal(pass, score.Pass, 1e-12);
        Assert.Equal(majority, score.Majority, 1e-12);
    }

    private static IEnumerable<Completion> Answers(Problem problem, params int[] numbers) =>
        numbers.Select((n, i) => Completion.Of(problem, i, 0, $"#### {n}", Verifiers.Number));
}
