using static TorchSharp.torch;

namespace DpoSt.Tensors.Autograd;

/// <summary>A function whose intermediate results are computed again in the backward pass instead of being kept for it (Chen et al. 2016).
/// It must give the same bits twice, and every tensor it uses must be one of its inputs or, like a parameter, outlive the backward
/// pass.</summary>
internal static class ActivationCheckpoint
{
    /// <summary>The value of <paramref name="body"/>, which keeps its inputs alone.</summary>
    public static Tensor Apply(Tensor[] inputs, Func<Tensor[], Tensor> body) =>
        is_grad_enabled() && Array.Exists(inputs, x => x.requires_grad) ? Differentiable.apply([.. inputs, body]) : body(inputs);

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(ActivationCheckpoint);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            using var _ = no_grad();
            var (inputs, body) = (vars[..^1].Cast<Tensor>().ToArray(), (Func<Tensor[], Tensor>)vars[^1]);
            ctx.save_for_backward([.. inputs]);
            ctx.save_data("body", body);
            ctx.save_data("count", vars.Length);
            return body(inputs);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            BackwardGuard.Run((int)ctx.get_data("count"), grad_output, () =>
            {
                using var _ = enable_grad();
                Tensor[] inputs = [.. ctx.get_saved_variables().Select(x => x.requires_grad ? x.detach().requires_grad_(true) : x)];
                var y = ((Func<Tensor[], Tensor>)ctx.get_data("body"))(inputs);
                y.backward([grad_output]);
                return [.. inputs.Select(x => x.requires_grad ? x.grad! : null!), null!];
            });
    }
}
