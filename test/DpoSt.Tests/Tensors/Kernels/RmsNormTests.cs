using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed class RmsNormTests
{
    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 24)]
    [InlineData(37, 64)]
    [InlineData(200, 40)]
    [InlineData(5, 7)]             // no multiple of a vector: the composed path
    public void Equals_plain_operators(int rows, int width)
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(
            t => RmsNorm.Apply(t[0], t[1], 1e-6),
            t => t[0] * (t[0].square().mean([-1L], keepdim: true) + 1e-6).rsqrt() * t[1],
            1e-6, KernelCheck.Normal(1, rows, width), KernelCheck.Normal(2, width));
    }

    [Fact]
    public void Takes_rows_in_any_number_of_dimensions_and_any_strides()
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(
            t => RmsNorm.Apply(t[0].transpose(0, 1), t[1], 1e-5),
            t => t[0].transpose(0, 1) * (t[0].transpose(0, 1).square().mean([-1L], keepdim: true) + 1e-5).rsqrt() * t[1],
            1e-6, KernelCheck.Normal(3, 4, 5, 16), KernelCheck.Normal(4, 16));
    }

    [Fact]
    public void Large_numbers_do_not_overflow()
    {
        using var scope = NewDisposeScope();
        var result = RmsNorm.Apply(full(1, 16, 3e30f), ones(16), 1e-6);
        KernelCheck.Close(ones(1, 16), result, 1e-6, "norm of equal numbers");
    }
}
