namespace DpoSt.Tests;

public sealed class CounterRandomTests
{
    [Fact]
    public void Numbers_are_uniform()
    {
        const int count = 100_000;
        var bins = new int[20];
        for (var i = 0UL; i < count; i++)
        {
            bins[(int)(CounterRandom.Uniform(7, i) * bins.Length)]++;
        }

        // Chi-squared with 19 degrees of freedom exceeds 50 with probability 1.4e-4; the numbers are fixed, so this never flickers.
        var expected = (double)count / bins.Length;
        Assert.True(bins.Sum(b => (b - expected) * (b - expected) / expected) < 50);
    }

    [Fact]
    public void Numbers_lie_in_the_half_open_unit_interval() =>
        Assert.All(Enumerable.Range(0, 10_000), i => Assert.InRange(CounterRandom.Uniform((ulong)i), 0, Math.BitDecrement(1.0)));

    [Fact]
    public void Every_part_of_the_key_and_their_order_count()
    {
        ulong[][] keys = [[], [0], [0, 0], [1], [1, 2], [2, 1], [1, 2, 0], [0, 1, 2], [ulong.MaxValue]];
        Assert.Equal(keys.Length, keys.Select(key => CounterRandom.Bits(key)).Distinct().Count());
    }

    [Fact]
    public void Each_bit_of_the_key_flips_half_of_the_bits()
    {
        var flips = from bit in Enumerable.Range(0, 64)
                    from key in Enumerable.Range(0, 100)
                    select (double)ulong.PopCount(CounterRandom.Bits(3, (ulong)key) ^ CounterRandom.Bits(3, (ulong)key ^ (1UL << bit)));
        Assert.InRange(flips.Average(), 31.5, 32.5);
    }

    [Fact]
    public void A_shuffle_is_a_permutation_given_by_its_key()
    {
        foreach (var length in (int[])[0, 1, 2, 3, 17, 1000])
        {
            var (first, again, other) = (
                Enumerable.Range(0, length).ToArray(), Enumerable.Range(0, length).ToArray(), Enumerable.Range(0, length).ToArray());
            CounterRandom.Shuffle<int>(first, 1, 2);
            CounterRandom.Shuffle<int>(again, 1, 2);
            CounterRandom.Shuffle<int>(other, 2, 1);
            Assert.Equal(first, again);
            Assert.Equal(Enumerable.Range(0, length), first.Order());
            Assert.True(length < 17 || !first.SequenceEqual(other));
        }
    }

    [Fact]
    public void All_orders_of_a_shuffle_are_equally_likely()
    {
        const int count = 24_000;
        var orders = Enumerable.Range(0, count).Select(i =>
        {
            var items = "abcd".ToCharArray();
            CounterRandom.Shuffle<char>(items, (ulong)i);
            return new string(items);
        }).CountBy(order => order).ToDictionary();
        Assert.Equal(24, orders.Count);
        Assert.All(orders.Values, n => Assert.InRange(n, 1000 - 130, 1000 + 130));          // 4 sigma
    }
}
