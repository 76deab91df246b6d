using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.HalfPrecision;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Products;

/// <summary>How two factors rounded to bfloat16 are multiplied.</summary>
internal enum Bf16Way
{
    /// <summary>In their own type.</summary>
    AsTheyAre,

    /// <summary>Widened, which changes none of their values, and in fp32.</summary>
    Widened,

    /// <summary>As scaled halves (<see cref="HalfProduct"/>).</summary>
    InHalves,
}

/// <summary>x times a weight transposed, with both factors and the result rounded to a narrower type; so are the factors of the gradients'
/// products. Sums are fp32, or of few halves and then fp32. Where products in bfloat16 are slow the rounded factors are multiplied another
/// way: on Intel's processors without AMX, training widened is 1.5 times as fast as in bfloat16, and in halves more than twice
/// (docs/benchmarks.md). There the gradient of a weight is the product's fp32 sum itself; elsewhere it is rounded to the narrower type
/// once, as under autocast, before it joins the others in fp32.</summary>
internal static class Bf16Product
{
    /// <summary>What is fastest on a device for factors of a type.</summary>
    public static Bf16Way WayOn(DeviceType device, ScalarType products) =>
        device != DeviceType.CPU || products != ScalarType.BFloat16 ? Bf16Way.AsTheyAre
        : HalfSwitch.IsOn ? Bf16Way.InHalves
        : Processor.HasSlowBf16 ? Bf16Way.Widened
        : Bf16Way.AsTheyAre;

    /// <summary>x [.., K] and weight [N, K] give [.., N] in the narrower type; the gradients have their tensors' own types.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, ScalarType products, Bf16Way way)
    {
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad))
        {
            return Differentiable.apply(x, weight, products, way);
        }

        using var scope = NewDisposeScope();
        return Product(x.to(products), weight.to(products), products, way).MoveToOuterDisposeScope();
    }

    // Rounded factors x [.., K] and weight [N, K]; the result [.., N] in any type.
    private static Tensor Product(Tensor x, Tensor weight, ScalarType type, Bf16Way way)
    {
        using var scope = NewDisposeScope();
        var product = way switch
        {
            Bf16Way.InHalves => HalfProduct.Apply(Rows(x), weight, Narrowest(type)).view([.. x.shape[..^1], weight.size(0)]).to(type),
            Bf16Way.Widened => LinearProduct.Product(x.to(ScalarType.Float32), weight.to(ScalarType.Float32)).to(type),
            _ => nn.functional.linear(x, weight).to(type),
        };
        return product.MoveToOuterDisposeScope();
    }

    private static ScalarType Narrowest(ScalarType type) => type == ScalarType.BFloat16 ? type : ScalarType.Float32;
    private static Tensor Rows(Tensor x) => x.reshape(-1, x.size(-1)).contiguous();

    // The gradient [N, K] of a weight from its result's, rows [M, N], and its inputs [M, K]; null where it was added to an earlier one.
    private static Tensor? WeightGradient(Tensor weight, Tensor rows, Tensor inputs, Bf16Way way)
    {
        switch (way)
        {
            case Bf16Way.InHalves when weight.is_leaf && weight.grad is { dtype: ScalarType.Float32 } gradient && gradient.is_contiguous():
                HalfProduct.AddTo(gradient, rows.t(), inputs.t());
                return null;
            case Bf16Way.InHalves:
                return HalfProduct.Apply(rows.t(), inputs.t(), ScalarType.Float32).to(weight.dtype);
            case Bf16Way.Widened:
                return LinearProduct.AddWeightGradient(weight, rows.to(ScalarType.Float32), inputs.to(ScalarType.Float32));
            default:
                return rows.t().mm(inputs).to(weight.dtype);
        }
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(Bf16Product);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            using var _ = no_grad();
            var (x, weight, products, way) = ((Tensor)vars[0], (Tensor)vars[1], (ScalarType)vars[2], (Bf16Way)vars[3]);
            var (input, factor) = (x.to(products), weight.to(products));        // they die with the caller's scope
            // Inputs are for the gradient of the weight alone: where it is frozen they need not be kept, nor a second, rounded weight.
            ctx.save_for_backward(weight.requires_grad ? [input, factor, weight] : [weight, weight, weight]);
            ctx.save_data("input", x.requires_grad ? x.dtype : null!);
            ctx.save_data("products", products);
            ctx.save_data("way", way);
            return Product(input, factor, products, way);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(4, grad_output, () =>
        {
            using var _ = no_grad();
            var saved = ctx.get_saved_variables();
            var products = (ScalarType)ctx.get_data("products");
            var (input, factor, weight) = (saved[0], saved[1].to(products), saved[2]);
            var way = (Bf16Way)ctx.get_data("way");
            // Both gradients take it: what is to be wide is widened once.
            var rows = way == Bf16Way.Widened ? Rows(grad_output).to(ScalarType.Float32) : Rows(grad_output);     // [M, N]
            return
            [
                ctx.get_data("input") is ScalarType type
                    ? Product(rows, factor.t(), type, way).view([.. grad_output.shape[..^1], factor.size(1)])
                    : null!,
                weight.requires_grad ? WeightGradient(weight, rows, Rows(input), way)! : null!,
                null!,
                null!,
            ];
        });
    }
}
