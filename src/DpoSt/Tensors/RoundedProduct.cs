using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors;

/// <summary>
/// x times a weight transposed, with both factors rounded to a narrower type, sums in fp32, and the result rounded to the narrower type again; so are the
/// factors of the gradients' products. Where products in bfloat16 are slow the rounded factors are widened, which changes none of their values, and
/// multiplied in fp32: on Intel's processors without AMX training is 1.5 times as fast by it (docs/benchmarks.md). There the gradient of a weight is
/// the product's fp32 sum itself; elsewhere it is rounded to the narrower type once, as under autocast, before it joins the others in fp32.
/// </summary>
internal static class RoundedProduct
{
    /// <summary>Whether factors of a type are widened on a device.</summary>
    public static bool Widens(DeviceType device, ScalarType products) => device == DeviceType.CPU && products == ScalarType.BFloat16 && Processor.HasSlowBf16;

    /// <summary>x [.., K] and weight [N, K] give [.., N] in the narrower type; the gradients have their tensors' own types.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, ScalarType products, bool widens)
    {
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad))
        {
            return Differentiable.apply(x, weight, products, widens);
        }

        using var scope = NewDisposeScope();
        return Product(x.to(products), weight.to(products), widens).MoveToOuterDisposeScope();
    }

    private static Tensor Product(Tensor x, Tensor weight, bool widens)
    {
        if (!widens)
        {
            return nn.functional.linear(x, weight);
        }

        using var scope = NewDisposeScope();
        return LinearProduct.Product(x.to(ScalarType.Float32), weight.to(ScalarType.Float32)).to(x.dtype).MoveToOuterDisposeScope();
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(RoundedProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            using var _ = no_grad();
            var (x, weight, products, widens) = ((Tensor)vars[0], (Tensor)vars[1], (ScalarType)vars[2], (bool)vars[3]);
            var (input, factor) = (x.to(products), weight.to(products));        // they die with the caller's scope: saved only once this returns
            ctx.save_for_backward([input, factor, weight]);
            ctx.save_data("input", x.requires_grad ? x.dtype : null!);
            ctx.save_data("widens", widens);
            return Product(input, factor, widens);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(4, grad_output, () =>
        {
            using var _ = no_grad();
            var saved = ctx.get_saved_variables();
            var (input, factor, weight) = (saved[0], saved[1], saved[2]);
            var rows = grad_output.reshape(-1, grad_output.size(-1));           // [M, N]
            var inputs = input.reshape(-1, input.size(-1));                     // [M, K]
            var wanted = ctx.get_data("input") is ScalarType type ? type : (ScalarType?)null;
            if ((bool)ctx.get_data("widens"))
            {
                var wide = rows.to(ScalarType.Float32);
                var gradient = wanted is { } narrow ? LinearProduct.Product(wide, factor.to(ScalarType.Float32).t()).view(input.shape).to(narrow) : null!;
                return [gradient, weight.requires_grad ? LinearProduct.AddWeightGradient(weight, wide, inputs.to(ScalarType.Float32))! : null!, null!, null!];
            }

            var gradInput = wanted is { } own ? grad_output.matmul(factor).to(own) : null!;
            return [gradInput, weight.requires_grad ? rows.t().mm(inputs).to(weight.dtype) : null!, null!, null!];
        });
    }
}
