using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed class ArgMaxTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(1003)]
    public void The_first_of_the_largest_is_found_wherever_it_is(int width)
    {
        using var scope = NewDisposeScope();
        for (var place = 0; place < width; place += Math.Max(1, width / 17))
        {
            var x = full([3, width], -2f);
            x[0, place] = -1;
            x[1, place] = x[1, width - 1] = float.PositiveInfinity;
            Assert.Equal([place, place, 0], ArgMax.Of(x));
        }
    }

    [Fact]
    public void Rows_may_lie_apart()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 50);
        x[0, 40] = x[1, 45] = 9;                            // behind the part that is asked for
        x[0, 30] = x[1, 3] = 1;
        Assert.Equal([30, 3], ArgMax.Of(x.narrow(1, 0, 40)));
    }

    [Fact]
    public void No_number_at_all_gives_an_index_within_the_row()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0], ArgMax.Of(full([1, 40], float.NaN)));
    }
}
