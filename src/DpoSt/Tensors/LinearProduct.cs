using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors;

/// <summary>
/// x times a weight transposed. On an x64 CPU in fp32 this goes through oneDNN, forward and backward: the BLAS that libtorch would choose
/// runs at under half speed on some processors. Everywhere else it is libtorch's own linear.
/// </summary>
internal static class LinearProduct
{
    private static readonly bool OneDnn = System.Runtime.Intrinsics.X86.Avx2.IsSupported;

    /// <summary>x [.., K] and weight [N, K] give [.., N].</summary>
    public static Tensor Apply(Tensor x, Tensor weight)
    {
        if (!OneDnn || x.device_type != DeviceType.CPU || x.dtype != ScalarType.Float32)
        {
            return nn.functional.linear(x, weight);
        }

        return is_grad_enabled() && (x.requires_grad || weight.requires_grad) ? Differentiable.apply(x, weight) : Aten.OneDnnLinear(x, weight);
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(LinearProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([x, weight]);
            return Aten.OneDnnLinear(x, weight);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, () =>
        {
            using var _ = no_grad();
            var saved = ctx.get_saved_variables();
            var (x, weight) = (saved[0], saved[1]);
            using var rows = grad_output.reshape(-1, grad_output.size(-1));     // [M, N]
            using var inputs = x.reshape(-1, x.size(-1));                       // [M, K]
            using var rowsByColumn = rows.t();
            using var inputsByColumn = inputs.t();
            using var weightByColumn = weight.t();
            var gradInput = x.requires_grad ? Aten.OneDnnLinear(grad_output, weightByColumn) : null!;
            return [gradInput, Aten.OneDnnLinear(rowsByColumn, inputsByColumn)];
        });
    }
}
