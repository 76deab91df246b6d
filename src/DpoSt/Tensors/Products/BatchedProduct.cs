using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.HalfPrecision;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Products;

/// <summary>Products of many matrices, as in attention: a [.., M, K] times b [.., N, K] transposed give [.., M, N]. In bfloat16 they
/// are computed in halves where that is faster (<see cref="HalfProduct"/>), elsewhere by libtorch.</summary>
internal static class BatchedProduct
{
    /// <summary>The products; gradients have their tensors' own type.</summary>
    public static Tensor Apply(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        var product = Bf16Product.WayOn(a.device_type, a.dtype) != Bf16Way.InHalves ? a.matmul(b.transpose(-1, -2))
            : is_grad_enabled() && (a.requires_grad || b.requires_grad) ? Differentiable.apply(a, b)
            : Product(a, b);
        return product.MoveToOuterDisposeScope();
    }

    private static Tensor Product(Tensor a, Tensor b) => HalfProduct.Apply(Laid(a), Laid(b), ScalarType.BFloat16);
    private static Tensor Laid(Tensor x) => HalfMatrix.Fits(x) ? x : x.contiguous();

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(BatchedProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            using var _ = no_grad();
            var (a, b) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([a, b]);
            return Product(a, b);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, grad_output, () =>
        {
            using var _ = no_grad();
            var saved = ctx.get_saved_variables();
            var (a, b) = (saved[0], saved[1]);
            return
            [
                a.requires_grad ? Product(grad_output, b.transpose(-1, -2)) : null!,
                b.requires_grad ? Product(grad_output.transpose(-1, -2), a.transpose(-1, -2)) : null!,
            ];
        });
    }
}
