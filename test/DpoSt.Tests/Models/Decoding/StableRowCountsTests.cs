using DpoSt.Models;
using DpoSt.Models.Decoding;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Decoding;

public sealed class StableRowCountsTests
{
    [Theory]
    [InlineData(1, 4)]
    [InlineData(8, 11)]
    [InlineData(32, 40)]
    [InlineData(100, 125)]
    public void Every_number_of_rows_has_room_at_little_cost(int usual, int capacity)
    {
        using var linear = new Linear(randn(48, 32));
        var tiers = StableRowCounts.Of([linear], usual, capacity);
        var sizes = Enumerable.Range(1, capacity).Select(tiers.For).ToList();
        Assert.All(sizes.Index(), tier => Assert.InRange(tier.Item, tier.Index + 1, capacity));
        Assert.Equal(sizes.Order(), sizes);
        Assert.Equal(capacity, sizes[^1]);
    }

    [Theory]
    [InlineData(64, 48, 24, 30)]
    [InlineData(512, 512, 32, 40)]
    [InlineData(96, 1376, 8, 11)]
    public void A_row_has_the_same_bits_at_every_tier(int outputs, int inputs, int usual, int capacity)
    {
        using var scope = NewDisposeScope();
        using var linear = Linear.ForDecoding(randn(outputs, inputs), capacity);
        var tiers = StableRowCounts.Of([linear], usual, capacity);
        var x = randn(capacity, inputs);
        var full = linear.call(x);
        for (var rows = 1; rows <= capacity; rows++)
        {
            KernelCheck.Same(full[0], linear.call(x.narrow(0, 0, tiers.For(rows)))[0]);
        }
    }
}
