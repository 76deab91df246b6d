using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed class DropoutTests
{
    private const int Site = 3;

    [Theory]
    [InlineData(0.1, 512)]
    [InlineData(0.1, 37)]
    [InlineData(0.5, 100)]
    [InlineData(0.01, 64)]
    public void The_kept_rate_lies_within_four_sigma(double probability, int width)
    {
        using var scope = NewDisposeScope();
        var rows = 200_000 / width;
        var mask = Mask(new Dropout(probability, 1, 1), Keys(0, rows), width);
        var (count, kept) = ((double)rows * width, mask.ne(0).sum().item<long>());
        Assert.InRange(
            kept / count, 1 - probability - 4 * Math.Sqrt(probability / count), 1 - probability + 4 * Math.Sqrt(probability / count));

        // What is kept is scaled so that the mean stays: the probability is rounded to 1/65536.
        Assert.Equal(1 / (1 - probability), mask.max().item<float>(), 1e-3);
    }

    [Fact]
    public void Every_channel_is_dropped_alike()
    {
        using var scope = NewDisposeScope();
        const int rows = 20_000;
        var rates = Mask(new Dropout(0.1, 5, 9), Keys(0, rows), 70).eq(0).to(ScalarType.Float64).mean([0L]);
        Assert.True(rates.sub(0.1).abs().max().item<double>() < 5 * Math.Sqrt(0.09 / rows));
    }

    [Fact]
    public void A_row_s_mask_does_not_depend_on_its_batch_or_place()
    {
        using var scope = NewDisposeScope();
        var dropout = new Dropout(0.3, 7, 11);
        var all = Mask(dropout, Keys(0, 9), 45);
        var reversed = Mask(dropout, [.. Keys(0, 9).Reverse()], 45);
        for (var r = 0; r < 9; r++)
        {
            KernelCheck.Same(all[r], reversed[8 - r]);
            KernelCheck.Same(all[r], Mask(dropout, Keys(r, 1), 45)[0]);
        }
    }

    [Fact]
    public void A_row_s_mask_does_not_depend_on_its_padding()
    {
        using var scope = NewDisposeScope();
        var dropout = new Dropout(0.3, 7, 11);
        var wide = Mask(dropout, Keys(0, 4), 100);
        foreach (var width in (int[])[1, 16, 31, 33, 64, 99])
        {
            KernelCheck.Same(wide.narrow(1, 0, width), Mask(dropout, Keys(0, 4), width));
        }
    }

    [Fact]
    public void Backward_draws_the_mask_of_forward()
    {
        using var scope = NewDisposeScope();
        var dropout = new Dropout(0.2, 3, 4);
        var x = ones(6, 50).requires_grad_(true);
        var result = dropout.Apply(x, Keys(0, 6), Site);
        BackwardGuard.Backward(result.sum());
        KernelCheck.Same(result, x.grad!);
    }

    [Fact]
    public void Seeds_steps_sites_and_rows_have_masks_of_their_own()
    {
        using var scope = NewDisposeScope();
        Tensor[] masks =
        [
            Mask(new Dropout(0.5, 1, 1), Keys(0, 1), 320), Mask(new Dropout(0.5, 2, 1), Keys(0, 1), 320),
            Mask(new Dropout(0.5, 1, 2), Keys(0, 1), 320),
            Mask(new Dropout(0.5, 1, 1), Keys(1, 1), 320), new Dropout(0.5, 1, 1).Apply(ones(1, 320), Keys(0, 1), Site + 1),
        ];
        for (var i = 0; i < masks.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                // Independent fair coins agree on 160 of 320 places, give or take 9.
                Assert.InRange(masks[i].eq(masks[j]).sum().item<long>(), 110, 210);
            }
        }
    }

    [Fact]
    public void Zero_leaves_everything()
    {
        using var scope = NewDisposeScope();
        KernelCheck.Same(ones(3, 5), Mask(new Dropout(0, 1, 1), Keys(0, 3), 5));
    }

    private static Tensor Mask(Dropout dropout, ulong[] keys, int width) => dropout.Apply(ones(keys.Length, width), keys, Site);

    private static ulong[] Keys(int first, int count) => [.. Enumerable.Range(first, count).Select(i => Dropout.RowKey(i, 2 * i))];
}
