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
    public void Depends_on_every_part_and_their_order()
    {
        long[][] parts = [[], [0], [0, 0], [1], [1, 2], [2, 1], [-1]];
        Assert.Equal(SplitMix64.For(1, 2).Next(), SplitMix64.For(1, 2).Next());
        Assert.Equal(parts.Length, parts.Select(p => SplitMix64.For(p).Next()).Distinct().Count());
    }
}
