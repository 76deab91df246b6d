using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Products;

/// <summary>x times a weight transposed. In fp32 on an x64 CPU that is not Intel's this goes through oneDNN, forward and backward: the BLAS
/// that libtorch would choose runs at under half its speed there, and on Intel's a tenth faster. Everywhere else it is libtorch's own
/// linear.</summary>
internal static class LinearProduct
{
    private static readonly bool PrefersOneDnn = Avx2.IsSupported && !Processor.IsIntel;

    /// <summary>x [.., K] and weight [N, K] give [.., N].</summary>
    public static Tensor Apply(Tensor x, Tensor weight) =>
        x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32
            ? Apply(x, weight, PrefersOneDnn) : nn.functional.linear(x, weight);

    /// <summary>The same on a CPU in fp32, by one library or the other.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, bool oneDnn) =>
        is_grad_enabled() && (x.requires_grad || weight.requires_grad)
            ? Differentiable.apply(x, weight, oneDnn) : Product(x, weight, oneDnn);

    /// <summary>
    /// The same with both factors rounded to <paramref name="products"/>, and so are the result and the factors of the gradients' products.
    /// The gradients have their tensors' own types.
    /// </summary>
    public static Tensor Apply(Tensor x, Tensor weight, ScalarType products)
    {
        // bfloat16 has ways of its own, also where the weight is kept in it.
        if (weight.dtype == products && products != ScalarType.BFloat16)
        {
            return Apply(x.In(products), weight);
        }

        return Bf16Product.Apply(x, weight, products, Bf16Product.WayOn(x.device_type, products));
    }

    /// <summary>The product alone, in fp32, by the library that is faster here.</summary>
    internal static Tensor Product(Tensor x, Tensor weight) => Product(x, weight, PrefersOneDnn);

    /// <summary>The gradient [N, K] of a weight from rows [M, N] and inputs [M, K]; null where it was added to an earlier one.</summary>
    internal static Tensor? AddWeightGradient(Tensor weight, Tensor rows, Tensor inputs) =>
        AddWeightGradient(weight, rows, inputs, PrefersOneDnn);

    private static Tensor Product(Tensor x, Tensor weight, bool oneDnn) =>
        oneDnn ? Aten.OneDnnLinear(x, weight) : nn.functional.linear(x, weight);

    private static Tensor? AddWeightGradient(Tensor weight, Tensor rows, Tensor inputs, bool oneDnn)
    {
        if (oneDnn)
        {
            // It is faster where the wider of the two is its second factor.
            return rows.size(1) > inputs.size(1)                                // [N, K]
                ? Aten.OneDnnLinear(inputs.t(), rows.t()).t() : Aten.OneDnnLinear(rows.t(), inputs.t());
        }

        // The product adds to the gradient that is there: nothing is allocated, and no second pass over memory follows.
        if (weight.is_leaf && weight.grad is { } gradient)
        {
            gradient.addmm_(rows.t(), inputs);
            return null;
        }

        return rows.t().mm(inputs);
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(LinearProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight, oneDnn) = ((Tensor)vars[0], (Tensor)vars[1], (bool)vars[2]);
            // Inputs are for the gradient of the weight alone: where it is frozen they need not be kept.
            ctx.save_for_backward([weight.requires_grad ? x : weight, weight]);
            ctx.save_data("toInput", x.requires_grad);
            ctx.save_data("oneDNN", oneDnn);
            return Product(x, weight, oneDnn);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(3, grad_output, () =>
        {
            using var _ = no_grad();
            var saved = ctx.get_saved_variables();
            var (x, weight, oneDnn) = (saved[0], saved[1], (bool)ctx.get_data("oneDNN"));
            var rows = grad_output.reshape(-1, grad_output.size(-1));           // [M, N]
            var gradInput = (bool)ctx.get_data("toInput") ? Product(grad_output, weight.t(), oneDnn) : null!;
            return [
                gradInput,
                weight.requires_grad ? AddWeightGradient(weight, rows, x.reshape(-1, x.size(-1)), oneDnn)! : null!,         // of [M, K]
                null!,
            ];
        });
    }
}
