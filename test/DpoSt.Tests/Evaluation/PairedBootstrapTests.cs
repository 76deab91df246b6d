using DpoSt.Evaluation;

namespace DpoSt.Tests.Evaluation;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void Agrees_with_the_normal_approximation()
    {
        // 1,000 questions: 60 won, 30 lost. The difference has mean 0.03 and variance (0.09 - 0.03^2) / 1000.
        var first = Enumerable.Range(0, 1_000).Select(i => i is >= 60 and < 500).ToArray();
        var second = Enumerable.Range(0, 1_000).Select(i => i is < 470).ToArray();
        var result = PairedBootstrap.Compare(first, second);
        var half = 1.96 * Math.Sqrt((0.09 - 0.0009) / 1_000);
        Assert.Equal(0.03, result.Difference, 1e-12);
        Assert.Equal(0.03 - half, result.Low, 0.002);
        Assert.Equal(0.03 + half, result.High, 0.002);
        Assert.InRange(result.PValue, 0, 0.01);
    }

    [Fact]
    public void Is_a_function_of_its_seed_and_mirrors_when_swapped()
    {
        bool[] first = [true, false, true, false, false, true];
        bool[] second = [true, true, false, true, true, true];
        var result = PairedBootstrap.Compare(first, second, seed: 1);
        Assert.Equal(result, PairedBootstrap.Compare(first, second, seed: 1));
        var swapped = PairedBootstrap.Compare(second, first, seed: 1);
        Assert.Equal(-result.Difference, swapped.Difference);
        Assert.Equal(result.PValue, swapped.PValue);
    }

    [Fact]
    public void Equal_models_do_not_differ() =>
        Assert.Equal(new PairedBootstrap(0, 0, 0, 1), PairedBootstrap.Compare([true, false], [true, false]));

    [Fact]
    public void Of_several_trainings_the_interval_knows_that_seeds_differ()
    {
        // One seed wins everywhere, the other loses everywhere: of two draws of a seed a quarter are both the winner, a quarter both not.
        bool[] all = [.. Enumerable.Repeat(true, 200)], none = new bool[200];
        Assert.Equal((0, -1, 1), Interval(PairedBootstrap.CompareRuns([none, all], [all, none])));
        Assert.Equal((1, 1, 1), Interval(PairedBootstrap.CompareRuns([none, none], [all, all])));

        // Seeds that agree on every question say no more than one of them.
        bool[] first = [.. Enumerable.Range(0, 1_000).Select(i => i is >= 60 and < 500)];
        bool[] second = [.. Enumerable.Range(0, 1_000).Select(i => i is < 470)];
        var half = 1.96 * Math.Sqrt((0.09 - 0.0009) / 1_000);
        var result = PairedBootstrap.CompareRuns([first, first, first], [second, second, second]);
        Assert.Equal(0.03, result.Difference, 1e-12);
        Assert.Equal(0.03 - half, result.Low, 0.002);
        Assert.Equal(0.03 + half, result.High, 0.002);
        Assert.Throws<ArgumentException>(() => PairedBootstrap.CompareRuns([first], [second, second]));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.CompareRuns([first], [all]));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.CompareRuns([], []));

        static (double, double, double) Interval(PairedBootstrap b) => (b.Difference, b.Low, b.High);
    }

    [Fact]
    public void Refuses_verdicts_on_different_questions()
    {
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([true], [true, false]));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([], []));
    }
}
