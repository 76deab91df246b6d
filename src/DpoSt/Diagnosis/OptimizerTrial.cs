using DpoSt.Tensors.Native;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>Some steps of libtorch's fused AdamW beside the rule in fp64.</summary>
internal static class OptimizerTrial
{
    private const int Steps = 3;
    private const double Rate = 0.01;
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Decay = 0.1;
    private const double Epsilon = 1e-8;

    /// <summary>The trial.</summary>
    public static KernelTrial New() =>
        new("AdamW", 1e-6, () => [Numbers.Normal(21, 1001), Numbers.Normal(22, 1001)], Fused, Plain) { HasGradient = false };

    private static Tensor Fused(Tensor[] x)
    {
        var (values, average, square) = (x[0].clone(), zeros_like(x[0]), zeros_like(x[0]));
        var step = zeros([1], device: x[0].device).squeeze(0);
        for (var t = 1; t <= Steps; t++)
        {
            step.add_(1);
            Aten.FusedAdamW(values, x[1].mul(t), average, square, step, Rate, Beta1, Beta2, Decay, Epsilon);
        }

        return values;
    }

    private static Tensor Plain(Tensor[] x)
    {
        var (values, average, square) = (x[0], zeros_like(x[0]), zeros_like(x[0]));
        for (var t = 1; t <= Steps; t++)
        {
            var gradient = x[1].mul(t);
            average = average.mul(Beta1).add(gradient.mul(1 - Beta1));
            square = square.mul(Beta2).add(gradient.square().mul(1 - Beta2));
            var (first, second) = (average.div(1 - Math.Pow(Beta1, t)), square.div(1 - Math.Pow(Beta2, t)));
            values = values.mul(1 - Rate * Decay).sub(first.div(second.sqrt().add(Epsilon)).mul(Rate));
        }

        return values;
    }
}
