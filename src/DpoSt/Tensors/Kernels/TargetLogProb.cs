using System.Runtime.Intrinsics;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>The log-probability each row of logits gives its target: x[target] - log sum exp x. One pass over the logits forward and one
/// backward, with nothing of their size kept but themselves. The result is fp64, so that sums of hundreds of tokens lose nothing that
/// the logits still know. Shapes: M rows, V vocabulary.</summary>
internal static unsafe class TargetLogProb
{
    private const int Lanes = 16;

    /// <summary>logits [M, V] and a target a row give [M], in fp64.</summary>
    public static Tensor Apply(Tensor logits, long[] targets)
    {
        if (logits.device_type != DeviceType.CPU || logits.dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
        {
            using var scope = NewDisposeScope();
            var index = tensor(targets, device: logits.device);
            return nn.functional.cross_entropy(logits.AtLeastSingle(), index, reduction: nn.Reduction.None).neg().to(ScalarType.Float64)
                .MoveToOuterDisposeScope();
        }

        return is_grad_enabled() && logits.requires_grad ? Differentiable.apply(logits, targets) : Forward(logits, targets, out _);
    }

    private static Tensor Forward(Tensor logits, long[] targets, out double[] normalisers) =>
        logits.dtype == ScalarType.Float32
            ? Forward<Fp32>(logits, targets, out normalisers) : Forward<Bf16>(logits, targets, out normalisers);

    private static Tensor Backward(Tensor logits, long[] targets, double[] normalisers, Tensor gradient) =>
        logits.dtype == ScalarType.Float32
            ? Backward<Fp32>(logits, targets, normalisers, gradient) : Backward<Bf16>(logits, targets, normalisers, gradient);

    private static Tensor Forward<T>(Tensor logits, long[] targets, out double[] normalisers) where T : struct, IElement
    {
        using var plain = logits.contiguous();
        var width = (int)logits.size(1);
        var kept = new double[targets.Length];
        var result = new double[targets.Length];
        var source = Aten.DataPointer(plain);
        CpuThreads.For(targets.Length, 4L * width, (begin, end) =>
        {
            for (var r = begin; r < end; r++)
            {
                kept[r] = LogSumExp<T>(source, (long)r * width, width);
                result[r] = T.Get(source, (long)r * width + targets[r]) - kept[r];
            }
        });
        normalisers = kept;
        return tensor(result);
    }

    private static double LogSumExp<T>(nint logits, long start, int width) where T : struct, IElement
    {
        var top = VectorMath.Max<T>(logits, start, width);
        var (sum, i) = (Vector512<double>.Zero, 0);
        for (; i + Lanes <= width; i += Lanes)
        {
            // In fp32 a hundred thousand unlikely words would vanish one by one beside the likeliest.
            var (lower, upper) = Vector512.Widen(VectorMath.Exp(T.Load(logits, start + i) - Vector512.Create(top)));
            sum += lower + upper;
        }

        var total = Vector512.Sum(sum);
        for (; i < width; i++)
        {
            total += Math.Exp(T.Get(logits, start + i) - top);
        }

        return top + Math.Log(total);
    }

    private static Tensor Backward<T>(Tensor logits, long[] targets, double[] normalisers, Tensor gradient) where T : struct, IElement
    {
        using var plain = logits.contiguous();
        using var gradients = gradient.contiguous();
        var result = empty_like(plain);
        var width = (int)logits.size(1);
        var (source, incoming, target) = (Aten.DataPointer(plain), Aten.DataPointer(gradients), Aten.DataPointer(result));
        CpuThreads.For(targets.Length, 4L * width, (begin, end) =>
        {
            for (var r = begin; r < end; r++)
            {
                var (start, i) = ((long)r * width, 0);
                var (g, normaliser) = ((float)((double*)incoming)[r], (float)normalisers[r]);
                for (; i + Lanes <= width; i += Lanes)
                {
                    T.Store(VectorMath.Exp(T.Load(source, start + i) - Vector512.Create(normaliser)) * -g, target, start + i);
                }

                for (; i < width; i++)
                {
                    T.Set(-g * VectorMath.Exp(T.Get(source, start + i) - normaliser), target, start + i);
                }

                // From the logit again: near one, a probability that was rounded leaves nothing of the difference.
                var shifted = T.Get(source, start + targets[r]) - normaliser;
                var probability = targets[r] < width / Lanes * Lanes
                    ? VectorMath.Exp(Vector512.Create(shifted))[0] : VectorMath.Exp(shifted);
                T.Set(probability * -g + g, target, start + targets[r]);
            }
        });
        return result;
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(TargetLogProb);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (logits, targets) = ((Tensor)vars[0], (long[])vars[1]);
            var result = Forward(logits, targets, out var normalisers);
            ctx.save_for_backward([logits]);
            ctx.save_data("targets", targets);
            ctx.save_data("normalisers", normalisers);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, grad_output, () =>
        {
            using var _ = no_grad();
            var gradient = Backward(
                ctx.get_saved_variables()[0], (long[])ctx.get_data("targets"), (double[])ctx.get_data("normalisers"), grad_output);
            return [gradient, null!];
        });
    }
}
