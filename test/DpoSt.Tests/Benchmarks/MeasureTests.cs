using System.Diagnostics;
using DpoSt.Benchmarks;

namespace DpoSt.Tests.Benchmarks;

public sealed class MeasureTests
{
    [Fact]
    public void A_run_to_warm_up_is_made_and_does_not_count()
    {
        var made = 0;
        Assert.Equal([2, 3, 4], Measure.Runs(3, () => ++made, TimeSpan.Zero));
        Assert.Equal(4, made);
    }

    [Fact]
    public void Warming_up_goes_on_until_its_time_has_passed()
    {
        var began = Stopwatch.GetTimestamp();
        var counted = Measure.Runs(1, () => Stopwatch.GetElapsedTime(began), TimeSpan.FromMilliseconds(50));
        Assert.True(counted[0] >= TimeSpan.FromMilliseconds(50), $"the run that counts began after {counted[0]}");
    }

    [Fact]
    public void The_median_is_the_middle_one_or_the_mean_of_the_two_there()
    {
        Assert.Equal(2, Measure.Median([9, 1, 2]));
        Assert.Equal(3, Measure.Median([9, 1, 2, 4]));
    }
}
