using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors;

/// <summary>
/// The log-probability each row of logits gives its target: x[target] - log sum exp x. One pass over the logits forward and one backward,
/// with nothing of their size kept besides themselves. Shapes: M rows, V vocabulary.
/// </summary>
internal static unsafe class TargetLogProb
{
    private const int Lanes = 16;

    /// <summary>logits [M, V] and a target a row give [M].</summary>
    public static Tensor Apply(Tensor logits, long[] targets)
    {
        if (logits.device_type != DeviceType.CPU || logits.dtype != ScalarType.Float32)
        {
            using var index = tensor(targets, device: logits.device);
            using var loss = nn.functional.cross_entropy(logits, index, reduction: nn.Reduction.None);
            return loss.neg();
        }

        return is_grad_enabled() && logits.requires_grad ? Differentiable.apply(logits, targets) : Forward(logits, targets, out _);
    }

    private static Tensor Forward(Tensor logits, long[] targets, out float[] normalisers)
    {
        using var plain = logits.contiguous();
        var width = (int)logits.size(1);
        var kept = new float[targets.Length];
        var result = new float[targets.Length];
        var source = Aten.DataPointer(plain);
        CpuThreads.For(targets.Length, 4L * width, (begin, end) =>
        {
            for (var r = begin; r < end; r++)
            {
                var row = new ReadOnlySpan<float>((float*)source + (long)r * width, width);
                kept[r] = LogSumExp(row);
                result[r] = row[(int)targets[r]] - kept[r];
            }
        });
        normalisers = kept;
        return tensor(result);
    }

    private static float LogSumExp(ReadOnlySpan<float> row)
    {
        var top = VectorMath.Max(row);
        var (sum, i) = (Vector512<float>.Zero, 0);
        for (; i + Lanes <= row.Length; i += Lanes)
        {
            sum += Vector512.Exp(Vector512.Create(row[i..]) - Vector512.Create(top));
        }

        var total = (double)Vector512.Sum(sum);
        for (; i < row.Length; i++)
        {
            total += Math.Exp(row[i] - top);
        }

        return (float)(top + Math.Log(total));
    }

    private static Tensor Backward(Tensor logits, long[] targets, float[] normalisers, Tensor gradient)
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
                var (from, to, i) = ((nint)((float*)source + (long)r * width), (nint)((float*)target + (long)r * width), 0);
                var g = ((float*)incoming)[r];
                for (; i + Lanes <= width; i += Lanes)
                {
                    (Vector512.Exp(Vector512.Load((float*)from + i) - Vector512.Create(normalisers[r])) * -g).Store((float*)to + i);
                }

                for (; i < width; i++)
                {
                    ((float*)to)[i] = -g * MathF.Exp(((float*)from)[i] - normalisers[r]);
                }

                ((float*)to)[targets[r]] += g;
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

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, () =>
        {
            using var _ = no_grad();
            var gradient = Backward(ctx.get_saved_variables()[0], (long[])ctx.get_data("targets"), (float[])ctx.get_data("normalisers"), grad_output);
            return [gradient, null!];
        });
    }
}
