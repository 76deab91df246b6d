using DpoSt.Training.Metrics;

namespace DpoSt.Tests.Training.Metrics;

public sealed class SpikeGaugeTests
{
    [Fact]
    public void A_number_is_measured_against_those_before_it()
    {
        var gauge = new SpikeGauge();
        foreach (var value in Enumerable.Range(1, 10))
        {
            Assert.Null(gauge.Of(value));                                            // too few to judge by
        }

        Assert.Equal((20 - 5.5) / Math.Sqrt(82.5 / 9), gauge.Of(20)!.Value, 1e-12);  // 1 to 10: mean 5.5, squares about it 82.5
    }

    [Fact]
    public void Numbers_that_are_all_alike_have_no_spread_to_measure_with()
    {
        var gauge = new SpikeGauge();
        Assert.All(Enumerable.Repeat(1.0, 30), value => Assert.Null(gauge.Of(value)));
        Assert.Null(gauge.Of(2));
    }

    [Fact]
    public void Only_the_last_fifty_count()
    {
        var gauge = new SpikeGauge();
        foreach (var value in Enumerable.Repeat(1000.0, 40).Concat(Enumerable.Range(0, 50).Select(i => (double)(i % 2))))
        {
            gauge.Of(value);
        }

        Assert.Equal((0.5 - 0.5) / 1, gauge.Of(0.5)!.Value, 1e-12);
    }
}
