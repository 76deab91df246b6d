using static TorchSharp.torch;

namespace DpoSt.Tensors;

/// <summary>
/// A function whose intermediate results are not kept for the backward pass but computed again there (Chen et al. 2016): memory for time. The
/// function must give the same bits twice; parameters it uses besides its input get their gradients as usual.
/// </summary>
internal static class Recomputed
{
    /// <summary>The value of <paramref name="body"/> at x, which keeps x alone.</summary>
    public static Tensor Apply(Tensor x, Func<Tensor, Tensor> body) =>
        is_grad_enabled() && x.requires_grad ? Differentiable.apply(x, body) : body(x);

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(Recomputed);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            using var _ = no_grad();
            var (x, body) = ((Tensor)vars[0], (Func<Tensor, Tensor>)vars[1]);
            ctx.save_for_backward([x]);
            ctx.save_data("body", body);
            return body(x);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, () =>
        {
            using var scope = NewDisposeScope();
            using var _ = enable_grad();
            var x = ctx.get_saved_variables()[0].detach().requires_grad_(true);
            var y = ((Func<Tensor, Tensor>)ctx.get_data("body"))(x);
            y.backward([grad_output]);
            return [x.grad!.DetachFromDisposeScope(), null!];
        });
    }
}
