using DpoSt.Tensors.HalfPrecision;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.HalfPrecision;

/// <summary>Products in half precision against products in fp64 of the same factors, which bfloat16 holds exactly.</summary>
public sealed class HalfProductTests
{
    public HalfProductTests() =>
        Assert.SkipUnless(HalfTile.IsSupported, "needs a processor that computes in half precision (AVX512-FP16), and Linux");

    public static TheoryData<int, int, int, bool, bool> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int, bool, bool>();
            foreach (var (rows, depth, columns) in (ReadOnlySpan<(int, int, int)>)
                [(1, 1, 1), (5, 7, 3), (12, 64, 64), (13, 65, 65), (97, 200, 130), (203, 129, 40), (30, 2100, 70), (100, 4097, 65),
                    (400, 2100, 70)])
            {
                foreach (var byColumns in (ReadOnlySpan<(bool, bool)>)[(false, false), (false, true), (true, false), (true, true)])
                {
                    data.Add(rows, depth, columns, byColumns.Item1, byColumns.Item2);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Of_small_integers_they_are_exact(int rows, int depth, int columns, bool firstByColumns, bool secondByColumns)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Integers(1, rows, depth), Integers(2, columns, depth));
        var exact = Wide(a).matmul(Wide(b).t()).to(ScalarType.Float32);
        var (first, second) = (Laid(a, firstByColumns), Laid(b, secondByColumns));
        KernelCheck.Same(exact, HalfProduct.Apply(first, second, ScalarType.Float32));
        KernelCheck.Same(exact.to(ScalarType.BFloat16), HalfProduct.Apply(first, second, ScalarType.BFloat16));
        var sum = Integers(3, rows, columns).to(ScalarType.Float32);
        var both = exact.add(sum);
        HalfProduct.AddTo(sum, first, second);
        KernelCheck.Same(both, sum);
    }

    // Both are roundings that go either way: of 64 sums in a row to eleven bits, and of two factors to eight.
    [Theory]
    [InlineData(64)]
    [InlineData(512)]
    [InlineData(2048)]
    [InlineData(8000)]
    public void Their_error_is_that_of_rounding_factors_to_bfloat16_however_long_the_sum(int depth)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (KernelCheck.Normal(1, 150, depth), KernelCheck.Normal(2, 200, depth));
        var rounded = Wide(a.to(ScalarType.BFloat16)).matmul(Wide(b.to(ScalarType.BFloat16)).t());
        var (ours, factors) = (
            Error(rounded, HalfProduct.Apply(a.to(ScalarType.BFloat16), b.to(ScalarType.BFloat16), ScalarType.Float32)), Error(
                Wide(a).matmul(Wide(b).t()), rounded));
        Assert.InRange(ours, 1e-5, 0.6 * factors);
    }

    [Fact]
    public void A_row_depends_on_no_other_and_its_scale_is_its_own()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (KernelCheck.Normal(1, 100, 300).to(ScalarType.BFloat16), KernelCheck.Normal(2, 70, 300).to(ScalarType.BFloat16));
        var whole = HalfProduct.Apply(a, b, ScalarType.Float32);
        KernelCheck.Same(whole.narrow(0, 37, 20), HalfProduct.Apply(a.narrow(0, 37, 20), b, ScalarType.Float32));
        var (rowScales, columnScales) = (Powers(100, 61), Powers(70, 37));
        KernelCheck.Same(
            whole.mul(rowScales.view(-1, 1))
                .mul(columnScales), HalfProduct.Apply(Scaled(a, rowScales), Scaled(b, columnScales), ScalarType.Float32));

        static Tensor Powers(int count, int width) => pow(2, arange(count).mul(7).remainder(width).sub(width / 2)).to(ScalarType.Float32);
        static Tensor Scaled(Tensor x, Tensor scales) => x.to(ScalarType.Float32).mul(scales.view(-1, 1)).to(ScalarType.BFloat16);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_no_number_spoils_its_row_alone_and_zeros_give_zero(float bad)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (KernelCheck.Normal(1, 30, 40), KernelCheck.Normal(2, 70, 40));
        a[3, 5] = bad;
        b[66, 39] = bad;
        a[7].zero_();
        b[8].zero_();
        var y = HalfProduct.Apply(a.to(ScalarType.BFloat16), b.to(ScalarType.BFloat16), ScalarType.Float32);
        var spoiled = y.isnan();
        Assert.True(spoiled[3].all().item<bool>());
        Assert.True(spoiled.select(1, 66).all().item<bool>());
        Assert.Equal(30 + 70 - 1, spoiled.sum().item<long>());
        Assert.Equal(69, y[7].eq(0).sum().item<long>());
        Assert.Equal(29, y.select(1, 8).eq(0).sum().item<long>());
    }

    [Theory]
    [InlineData(-15, 1, 1)]
    [InlineData(-17, 1, 0)]
    [InlineData(-20, 1, 0)]
    [InlineData(-22, 0, 0)]
    public void Small_numbers_of_a_row_keep_their_digits_or_become_zero(int exponent, double keptByFirst, double keptBySecond)
    {
        using var scope = NewDisposeScope();
        var small = Math.ScaleB(1.4921875, exponent);
        var (row, last) = (
            tensor(new[] { 1, small }).view(1, 2).to(ScalarType.BFloat16), tensor(new[] { 0.0, 1 }).view(1, 2).to(ScalarType.BFloat16));
        Assert.Equal(keptByFirst * small, HalfProduct.Apply(row, last, ScalarType.Float32).item<float>());
        Assert.Equal(keptBySecond * small, HalfProduct.Apply(last, row, ScalarType.Float32).item<float>());
    }

    // A token's gradient of its logits times the head: a hundred thousand small numbers of one sign, and weights that have much in common.
    [Fact]
    public void The_tail_of_a_softmax_counts()
    {
        using var scope = NewDisposeScope();
        var gradient = KernelCheck.Normal(1, 4, 128_256).softmax(-1);
        gradient.narrow(1, 77, 1).sub_(1);
        var weight = KernelCheck.Normal(2, 16, 128_256).add(1);
        var (first, second) = (gradient.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16));
        Assert.InRange(Error(Wide(first).matmul(Wide(second).t()), HalfProduct.Apply(first, second, ScalarType.Float32)), 0, 0.01);
    }

    // Half a unit of eleven digits for each of a chain's 63 sums; the largest and smallest factors, and the most that scaled rows can hold.
    [Theory]
    [InlineData(1, 1.96875)]
    [InlineData(1.9921875, 1.9921875)]
    [InlineData(-1.9921875, 1.9921875)]
    [InlineData(1e35, 0.0039)]
    [InlineData(1e-36, 0.0039)]
    [InlineData(1e20, 1e-20)]
    public void Terms_that_all_round_one_way_stay_within_the_bound(double first, double second)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (full(20, 640, first).to(ScalarType.BFloat16), full(30, 640, second).to(ScalarType.BFloat16));
        KernelCheck.Close(ones(20, 30), HalfProduct.Apply(a, b, ScalarType.Float32).div(Wide(a).matmul(Wide(b).t())), Bound, "equal terms");
    }

    [Fact]
    public void Terms_that_all_vanish_beside_one_stay_within_the_bound()
    {
        using var scope = NewDisposeScope();
        var a = full(1, HalfTile.Chain, Math.ScaleB(1, -11));
        a[0, 0] = 1;
        var exact = 1 + (HalfTile.Chain - 1) * Math.ScaleB(1, -11);
        var found = HalfProduct.Apply(a.to(ScalarType.BFloat16), ones(1, HalfTile.Chain).to(ScalarType.BFloat16), ScalarType.Float32)
            .item<float>();
        Assert.InRange(exact - found, 0, Bound);
        Assert.InRange(Bound, 0, 0.031);
    }

    [Fact]
    public void Zero_is_zero_however_large_the_scales()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(1, 20), zeros(17, 20));
        a[0, 0] = 1e30;
        b.select(1, 1).fill_(1e30);
        Assert.Equal(
            17, HalfProduct.Apply(a.to(ScalarType.BFloat16), b.to(ScalarType.BFloat16), ScalarType.Float32).eq(0).sum().item<long>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Matrices_are_multiplied_each_with_its_own(int count)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Integers(1, count * 30, 2100).view(count, 30, 2100), Integers(2, count * 70, 2100).view(count, 70, 2100));
        KernelCheck.Same(Wide(a).matmul(Wide(b).transpose(1, 2)).to(ScalarType.Float32), HalfProduct.Apply(a, b, ScalarType.Float32));
        var same = b[0].unsqueeze(0).expand(count, 70, 2100);
        KernelCheck.Same(Wide(a).matmul(Wide(b[0]).t()).to(ScalarType.Float32), HalfProduct.Apply(a, same, ScalarType.Float32));
    }

    [Fact]
    public void A_single_number_may_have_any_steps()
    {
        using var scope = NewDisposeScope();
        var one = tensor(3.0f).to(ScalarType.BFloat16).expand(1, 1);
        Assert.Equal(9, HalfProduct.Apply(one, one, ScalarType.Float32).item<float>());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        var good = Ones(4, 4);
        Refused(() => HalfProduct.Apply(ones(4, 4), good, ScalarType.Float32));
        Refused(() => HalfProduct.Apply(good, Ones(8, 8).slice(0, 0, 8, 2).slice(1, 0, 8, 2), ScalarType.Float32));
        Refused(() => HalfProduct.Apply(good, Ones(4, 3), ScalarType.Float32));
        Refused(() => HalfProduct.Apply(Ones(2, 4, 4), Ones(1, 4, 4), ScalarType.Float32));
        Refused(() => HalfProduct.Apply(good, Ones(0, 4), ScalarType.Float32));
        Refused(() => HalfProduct.Apply(good, good, ScalarType.Float64));
        Refused(() => HalfProduct.AddTo(ones(4, 4, dtype: ScalarType.Float64), good, good));
        Refused(() => HalfProduct.AddTo(ones(4, 5), good, good));
        Refused(() => HalfProduct.AddTo(ones(4, 8).slice(1, 0, 8, 2), good, good));

        static Tensor Ones(params long[] shape) => ones(shape).to(ScalarType.BFloat16);
        static void Refused(Action product) => Assert.Throws<ArgumentException>(product);
    }

    private static double Bound => (HalfTile.Chain - 1) * Math.ScaleB(1, -11);

    private static Tensor Integers(ulong seed, long rows, long columns) =>
        KernelCheck.Normal(seed, rows, columns).mul(1.5).round().clamp(-3, 3).to(ScalarType.BFloat16);

    private static Tensor Laid(Tensor x, bool byColumns) => byColumns ? x.t().contiguous().t() : x;

    private static Tensor Wide(Tensor x) => x.to(ScalarType.Float64);

    private static double Error(Tensor exact, Tensor found) => (Wide(found).sub(exact).norm() / exact.norm()).item<double>();
}
