using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors;

public sealed class RowArgmaxTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(33)]
    [InlineData(100)]
    public void It_is_the_first_of_the_largest(int width)
    {
        using var scope = NewDisposeScope();
        var random = new SplitMix64((ulong)width);
        // Few different values, so that most rows have several largest ones; what lies behind the width is larger still.
        var values = Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, width + 3).Select(i => i < width ? random.Next(4) - 3f : 9).ToArray()).ToArray();
        Assert.Equal(values.Select(row => Array.IndexOf(row, row[..width].Max())), RowArgmax.Of(stack([.. values.Select(row => tensor(row))]), width));
    }

    [Fact]
    public void Signed_zeros_infinities_and_NaN_have_their_place()
    {
        using var scope = NewDisposeScope();
        float[][] rows = [[-0f, float.NegativeInfinity, -1], [-1, float.PositiveInfinity, 3], [1, float.NaN, float.PositiveInfinity], [float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity]];
        Assert.Equal([0, 1, 1, 0], RowArgmax.Of(stack([.. rows.Select(row => tensor(row))]), 3));
    }

    [Fact]
    public void Other_types_take_libtorch_s_way_to_the_same_place()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([2, 0], RowArgmax.Of(tensor(new double[,] { { 1, 2, 3, 9 }, { 5, 2, 5, 9 } }), 3));
    }
}
