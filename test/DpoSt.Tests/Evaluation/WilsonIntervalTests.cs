using CsCheck;
using DpoSt.Evaluation;

namespace DpoSt.Tests.Evaluation;

public sealed class WilsonIntervalTests
{
    // Where |p - c/n| = z sqrt(p (1-p) / n): the ends are the roots of that equation.
    [Fact]
    public void Its_ends_solve_the_score_equation() =>
        Gen.Int[1, 5_000].SelectMany(n => Gen.Select(Gen.Int[0, n], Gen.Const(n))).Sample((correct, total) =>
        {
            var interval = WilsonInterval.Of(correct, total);
            foreach (var p in new[] { interval.Low, interval.High })
            {
                var distance = Math.Abs(p - ((double)correct / total));
                var bound = 1.959963984540054 * Math.Sqrt(p * (1 - p) / total);
                Assert.Equal(bound, distance, 1e-9);
            }

            Assert.InRange((double)correct / total, interval.Low, interval.High);
        });

    [Fact]
    public void Is_sensible_at_the_ends()
    {
        Assert.Equal(new WilsonInterval(0, 1), WilsonInterval.Of(0, 0));
        Assert.Equal(0, WilsonInterval.Of(0, 10).Low);
        Assert.Equal(1, WilsonInterval.Of(10, 10).High);
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(11, 10));
    }
}
