using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.HalfPrecision;
using DpoSt.Tensors.Native;
using DpoSt.Tensors.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>Matrix products, every way they are computed on this processor. Shapes: M rows, K inputs, N outputs.</summary>
internal static class ProductTrials
{
    private const int Rows = 49;
    private const int Inputs = 530;
    private const int Outputs = 77;
    private const double Single = 3e-6;
    private const double Rounded = 1e-2;                              // results and factors of gradients are rounded to bfloat16
    private const string HalfAdvice = "set DPOST_HALF=0, which avoids these products, and report it with what dpost info --json prints";

    /// <summary>All that can run on a device.</summary>
    public static IEnumerable<KernelTrial> On(Device device)
    {
        yield return new("products", Single, Wide, x => LinearProduct.Apply(x[0], x[1]), Plain);
        yield return new("attention products", Single, () => Many(ScalarType.Float32), x => BatchedProduct.Apply(x[0], x[1]), PlainMany);
        yield return new("attention products in bf16", Rounded, () => Many(ScalarType.BFloat16), x => BatchedProduct.Apply(x[0], x[1]),
            PlainMany);
        yield return OfWay(Bf16Way.AsTheyAre, "bf16 products");
        foreach (var trial in device.type == DeviceType.CPU ? OnProcessor() : [])
        {
            yield return trial;
        }
    }

    private static IEnumerable<KernelTrial> OnProcessor()
    {
        yield return OfWay(Bf16Way.Widened, "bf16 products, widened");
        if (HalfTile.IsSupported)
        {
            yield return OfWay(Bf16Way.InHalves, "bf16 products in halves") with { Advice = HalfAdvice };
            yield return new("sums of products in halves", Single * 1000, Narrow, Added, x => Plain(x).add(1))
            {
                HasGradient = false,
                Advice = HalfAdvice,
            };
        }

        if (DecodeGemm.IsSupported)
        {
            yield return Packed("packed products", ScalarType.Float32);
            yield return Packed("packed products in bf16", ScalarType.BFloat16);
        }

        if (Avx2.IsSupported)
        {
            yield return new("oneDNN products", Single, Wide, x => LinearProduct.Apply(x[0], x[1], oneDnn: true), Plain);
            yield return new("packed oneDNN products", Single, Wide, x => Reordered(x[0], x[1]), Plain) { HasGradient = false };
        }

        if (Processor.PacksBf16)
        {
            yield return new(
                "packed oneDNN products in bf16", Rounded, Narrow,
                x => Reordered(x[0].to(ScalarType.BFloat16), x[1].to(ScalarType.BFloat16)), Plain)
            { HasGradient = false };
        }
    }

    private static KernelTrial OfWay(Bf16Way way, string name) =>
        new(name, Rounded, Narrow, x => Bf16Product.Apply(x[0], x[1], ScalarType.BFloat16, way), Plain);

    // Few rows and many take other ways through the kernel.
    private static KernelTrial Packed(string name, ScalarType type) => new(name, Single, Narrow, x =>
    {
        var packed = DecodeGemm.Pack(x[1].to(type));
        return cat([.. ((int[])[1, 3, Rows]).Select(rows => DecodeGemm.Apply(x[0].narrow(0, 0, rows), packed, Outputs))]);
    }, x => cat([.. ((int[])[1, 3, Rows]).Select(rows => x[0].narrow(0, 0, rows).matmul(x[1].t()))]))
    { HasGradient = false };

    private static Tensor Added(Tensor[] x)
    {
        var sum = ones(Rows, Outputs);
        HalfProduct.AddTo(sum, x[0].to(ScalarType.BFloat16), x[1].to(ScalarType.BFloat16));
        return sum;
    }

    private static Tensor Reordered(Tensor x, Tensor weight) => Aten.OneDnnLinear(x, Aten.PackLinearWeight(weight, Rows));
    private static Tensor[] Wide() => [Numbers.Normal(41, Rows, Inputs), Numbers.Normal(42, Outputs, Inputs)];
    private static Tensor[] Narrow() => [Numbers.Rounded(41, Rows, Inputs), Numbers.Rounded(42, Outputs, Inputs)];
    private static Tensor[] Many(ScalarType type) => [Numbers.In(type, 43, 2, 3, 19, 40), Numbers.In(type, 44, 2, 3, 23, 40)];
    private static Tensor Plain(Tensor[] x) => x[0].matmul(x[1].t());
    private static Tensor PlainMany(Tensor[] x) => x[0].matmul(x[1].transpose(-1, -2));
}
