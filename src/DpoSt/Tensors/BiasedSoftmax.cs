using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors;

/// <summary>
/// softmax(scores + bias) over the last dimension. On the CPU it is one pass of ours: libtorch's own softmax uses a faster exponential
/// with twenty units of error in the last place, which doubles the noise of T5's gradients. Shapes: B rows, H heads, T queries, S keys.
/// </summary>
internal static unsafe class BiasedSoftmax
{
    private const int Lanes = 16;

    /// <summary>scores [B, H, T, S] and a bias that broadcasts to it give probabilities [B, H, T, S]; the gradient reaches both.</summary>
    public static Tensor Apply(Tensor scores, Tensor? bias)
    {
        if (scores.device_type != DeviceType.CPU || scores.dtype != ScalarType.Float32)
        {
            using var sum = bias is null ? scores.alias() : scores.add(bias.to(scores.dtype));
            return sum.softmax(-1);
        }

        using var nothing = bias is null ? zeros(1) : null;
        var added = bias ?? nothing!;
        return is_grad_enabled() && (scores.requires_grad || added.requires_grad) ? Differentiable.apply(scores, added) : Forward(scores, added);
    }

    private static Tensor Forward(Tensor scores, Tensor bias)
    {
        using var plain = scores.contiguous();
        using var wide = bias.expand(scores.shape);
        var result = empty_like(plain);
        var (heads, queries, keys) = ((int)scores.size(1), (int)scores.size(2), (int)scores.size(3));
        var strides = wide.stride();
        var (source, added, target) = (Aten.DataPointer(plain), Aten.DataPointer(wide), Aten.DataPointer(result));
        CpuThreads.For((int)(scores.numel() / Math.Max(1, keys)), 6L * keys, (begin, end) =>
        {
            var padded = (keys + Lanes - 1) / Lanes * Lanes;
            var row = stackalloc float[padded];
            for (var r = begin; r < end; r++)
            {
                var b = (float*)added + r / (heads * queries) * strides[0] + r / queries % heads * strides[1] + r % queries * strides[2];
                Row((float*)source + (long)r * keys, b, strides[3], keys, padded, row);
                new ReadOnlySpan<float>(row, keys).CopyTo(new Span<float>((float*)target + (long)r * keys, keys));
            }
        });
        return result;
    }

    private static void Row(float* scores, float* bias, long biasStride, int keys, int padded, float* row)
    {
        for (var s = 0; s < padded; s += Lanes)
        {
            if (s + Lanes <= keys && biasStride == 1)
            {
                (Vector512.Load(scores + s) + Vector512.Load(bias + s)).Store(row + s);
            }
            else
            {
                for (var i = s; i < s + Lanes; i++)
                {
                    row[i] = i < keys ? scores[i] + bias[i * biasStride] : float.NegativeInfinity;
                }
            }
        }

        var peak = VectorMath.Max(new ReadOnlySpan<float>(row, padded));
        var sum = Vector512<float>.Zero;
        for (var s = 0; s < padded; s += Lanes)
        {
            var e = Vector512.Exp(Vector512.Load(row + s) - Vector512.Create(peak));
            e.Store(row + s);
            sum += e;
        }

        var inverse = Vector512.Create(1 / Vector512.Sum(sum));
        for (var s = 0; s < padded; s += Lanes)
        {
            (Vector512.Load(row + s) * inverse).Store(row + s);
        }
    }

    // d scores = p (g - sum g p): the bias receives the same, summed where it was broadcast.
    private static Tensor Backward(Tensor probabilities, Tensor gradient)
    {
        using var gradients = gradient.contiguous();
        var result = empty_like(probabilities);
        var keys = (int)probabilities.size(-1);
        var (p, g, target) = (Aten.DataPointer(probabilities), Aten.DataPointer(gradients), Aten.DataPointer(result));
        CpuThreads.For((int)(probabilities.numel() / Math.Max(1, keys)), 4L * keys, (begin, end) =>
        {
            for (var r = begin; r < end; r++)
            {
                var from = new ReadOnlySpan<float>((float*)p + (long)r * keys, keys);
                var incoming = new ReadOnlySpan<float>((float*)g + (long)r * keys, keys);
                var to = (float*)target + (long)r * keys;
                var (dot, s) = (Vector512<float>.Zero, 0);
                for (; s + Lanes <= keys; s += Lanes)
                {
                    dot = Vector512.FusedMultiplyAdd(Vector512.Create(from[s..]), Vector512.Create(incoming[s..]), dot);
                }

                var sum = Vector512.Sum(dot);
                for (; s < keys; s++)
                {
                    sum += from[s] * incoming[s];
                }

                for (s = 0; s + Lanes <= keys; s += Lanes)
                {
                    (Vector512.Create(from[s..]) * (Vector512.Create(incoming[s..]) - Vector512.Create(sum))).Store(to + s);
                }

                for (; s < keys; s++)
                {
                    to[s] = from[s] * (incoming[s] - sum);
                }
            }
        });
        return result;
    }

    private static Tensor SumTo(Tensor gradient, Tensor shape)
    {
        var dimensions = Enumerable.Range(0, (int)shape.dim()).Where(d => shape.size(d) == 1 && gradient.size(d) != 1).Select(d => (long)d).ToArray();
        return dimensions.Length == 0 ? gradient.clone() : gradient.sum(dimensions, keepdim: true);
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(BiasedSoftmax);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var probabilities = Forward((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([probabilities, (Tensor)vars[1]]);
            return probabilities;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, () =>
        {
            using var _ = no_grad();
            var saved = ctx.get_saved_variables();
            var gradient = Backward(saved[0], grad_output);
            return [gradient, saved[1].requires_grad ? SumTo(gradient, saved[1]) : null!];
        });
    }
}
