using DpoSt.Models;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Products;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Products;

public sealed class DecodeGemmTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 7, 33)]
    [InlineData(8, 128, 32)]
    [InlineData(9, 130, 64)]
    [InlineData(13, 513, 70)]         // inputs beyond those summed at once
    [InlineData(49, 1376, 100)]       // rows beyond those copied at once
    [InlineData(100, 64, 5)]
    public void Equals_the_product_in_fp64(int rows, int inputs, int outputs)
    {
        Assert.SkipUnless(DecodeGemm.IsSupported, "This processor has no AVX-512, for which these products are.");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (x, weight) = (KernelCheck.Normal(1, rows, inputs), KernelCheck.Normal(2, outputs, inputs));
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            var kept = weight.to(type);
            var expected = x.to(ScalarType.Float64).matmul(kept.to(ScalarType.Float64).t());
            KernelCheck.Close(expected, DecodeGemm.Apply(x, DecodeGemm.Pack(kept), outputs), 2e-6, $"{type}");
        }
    }

    [Theory]
    [InlineData(512, 96)]
    [InlineData(700, 40)]
    public void A_row_has_the_same_bits_among_any_number_of_others(int inputs, int outputs)
    {
        Assert.SkipUnless(DecodeGemm.IsSupported, "This processor has no AVX-512, for which these products are.");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = KernelCheck.Normal(3, 60, inputs);
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            var packed = DecodeGemm.Pack(KernelCheck.Normal(4, outputs, inputs).to(type));
            var all = DecodeGemm.Apply(x, packed, outputs);
            for (var rows = 1; rows <= 60; rows++)
            {
                KernelCheck.Same(all.narrow(0, 60 - rows, rows), DecodeGemm.Apply(x.narrow(0, 60 - rows, rows), packed, outputs));
            }
        }
    }

    [Fact]
    public void Rows_may_lie_apart_and_in_three_dimensions()
    {
        Assert.SkipUnless(DecodeGemm.IsSupported, "This processor has no AVX-512, for which these products are.");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (x, weight) = (KernelCheck.Normal(5, 2, 3, 40), KernelCheck.Normal(6, 10, 20));
        var actual = DecodeGemm.Apply(x.narrow(-1, 20, 20), DecodeGemm.Pack(weight), 10);
        KernelCheck.Close(x.narrow(-1, 20, 20).to(ScalarType.Float64).matmul(weight.to(ScalarType.Float64).t()), actual, 2e-6, "product");
    }

    [Fact]
    public void A_weight_rounded_to_bf16_meets_a_stream_in_fp32()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (x, weight) = (KernelCheck.Normal(7, 5, 96), KernelCheck.Normal(8, 48, 96));
        using var linear = Linear.ForDecoding(weight, 5, ScalarType.BFloat16);
        var expected = x.to(ScalarType.Float64).matmul(weight.to(ScalarType.Float64).t());
        // Eight bits of a factor, summed over 96 of them: whichever kernel this processor gets.
        KernelCheck.Close(expected, linear.call(x).to(ScalarType.Float32), 1e-2, "product");
    }

    [Fact]
    public void What_the_processor_says_of_bf16_is_what_the_system_says()
    {
        const string list = "/proc/cpuinfo";
        Assert.SkipUnless(File.Exists(list), "Only Linux lists the processor's features in a file.");
        var lines = File.ReadLines(list).TakeWhile(line => line.Length > 0).ToList();
        var flags = lines.FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];
        var amd = lines.Exists(line => line.Contains("AuthenticAMD", StringComparison.Ordinal));
        Assert.Equal(flags.Contains("amx_bf16") || (amd && flags.Contains("avx512_bf16")), Processor.HasFastBf16);
    }
}
