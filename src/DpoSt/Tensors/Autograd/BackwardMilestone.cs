using static TorchSharp.torch;

namespace DpoSt.Tensors.Autograd;

/// <summary>A place in a computation that tells when the backward pass has come back to it. Autograd runs what was computed last first, so
/// whatever was computed from there on has its gradients by then.</summary>
internal static class BackwardMilestone
{
    /// <summary>The tensor itself, marked; <paramref name="reached"/> is called on the thread of the backward pass.</summary>
    public static Tensor Mark(Tensor x, Action reached) => is_grad_enabled() && x.requires_grad ? Differentiable.apply(x, reached) : x;

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(BackwardMilestone);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("reached", vars[1]);
            return ((Tensor)vars[0]).alias();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, grad_output, () =>
        {
            ((Action)ctx.get_data("reached"))();
            return [grad_output.alias(), null!];
        });
    }
}
