namespace DpoSt.Tests;

public sealed class SplitMix64Tests
{
    [Fact]
    public void Gives_the_published_numbers()
    {
        // The first outputs for seed 1234567 of the authors' C code.
        var random = new SplitMix64(1234567);
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void Shuffles_into_every_order_equally_often()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 0; seed < 6_000; seed++)
        {
            var items = "abc".ToCharArray();
            SplitMix64.For(seed, "a question").Shuffle(items);
            counts[new string(items)] = counts.GetValueOrDefault(new string(items)) + 1;
        }

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 880, 1_120));
    }

    [Fact]
    public void Depends_on_seed_and_name()
    {
        Assert.Equal(SplitMix64.For(1, "x").Next(), SplitMix64.For(1, "x").Next());
        Assert.NotEqual(SplitMix64.For(1, "x").Next(), SplitMix64.For(2, "x").Next());
        Assert.NotEqual(SplitMix64.For(1, "x").Next(), SplitMix64.For(1, "y").Next());
    }
}
