using System.Runtime.Intrinsics;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>softmax(scores + bias) over the last dimension. On the CPU it is one pass of our own: libtorch's own softmax uses a faster
/// exponential with twenty units of error in the last place, which doubles the noise of T5's gradients. Shapes: B rows, H heads, T queries,
/// S keys.</summary>
internal static unsafe class BiasedSoftmax
{
    private const int Lanes = 16;

    /// <summary>scores [B, H, T, S] and a bias that broadcasts to it give probabilities [B, H, T, S] in the scores' type; the gradient
    /// reaches both. A bias of fp32 goes with scores of bf16.</summary>
    public static Tensor Apply(Tensor scores, Tensor? bias)
    {
        if (scores.device_type != DeviceType.CPU || scores.dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
        {
            using var scope = NewDisposeScope();
            var wide = scores.AtLeastSingle();
            return (bias is null ? wide : wide.add(bias.to(wide.dtype))).softmax(-1).to(scores.dtype).MoveToOuterDisposeScope();
        }

        using var nothing = bias is null ? zeros(1) : null;
        var added = bias ?? nothing!;
        return is_grad_enabled() && (scores.requires_grad || added.requires_grad)
            ? Differentiable.apply(scores, added) : Forward(scores, added);
    }

    private static Tensor Forward(Tensor scores, Tensor bias) =>
        scores.dtype == ScalarType.Float32 ? Forward<Fp32>(scores, bias) : Forward<Bf16>(scores, bias);

    private static Tensor Backward(Tensor probabilities, Tensor gradient) =>
        probabilities.dtype == ScalarType.Float32 ? Backward<Fp32>(probabilities, gradient) : Backward<Bf16>(probabilities, gradient);

    private static Tensor Forward<T>(Tensor scores, Tensor bias) where T : struct, IElement
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
                Row<T>(source, (long)r * keys, b, strides[3], keys, padded, row);
                Write<T>(row, target, (long)r * keys, keys);
            }
        });
        return result;
    }

    private static void Row<T>(nint scores, long start, float* bias, long biasStride, int keys, int padded, float* row)
        where T : struct, IElement
    {
        for (var s = 0; s < padded; s += Lanes)
        {
            if (s + Lanes <= keys && biasStride == 1)
            {
                (T.Load(scores, start + s) + Vector512.Load(bias + s)).Store(row + s);
            }
            else
            {
                for (var i = s; i < s + Lanes; i++)
                {
                    row[i] = i < keys ? T.Get(scores, start + i) + bias[i * biasStride] : float.NegativeInfinity;
                }
            }
        }

        VectorMath.Softmax(row, padded);
    }

    private static void Write<T>(float* row, nint target, long start, int keys) where T : struct, IElement
    {
        var s = 0;
        for (; s + Lanes <= keys; s += Lanes)
        {
            T.Store(Vector512.Load(row + s), target, start + s);
        }

        for (; s < keys; s++)
        {
            T.Set(row[s], target, start + s);
        }
    }

    // d scores = p (g - sum g p): the bias receives the same, summed where it was broadcast.
    private static Tensor Backward<T>(Tensor probabilities, Tensor gradient) where T : struct, IElement
    {
        using var gradients = gradient.contiguous();
        var result = empty_like(probabilities);
        var keys = (int)probabilities.size(-1);
        var (p, g, target) = (Aten.DataPointer(probabilities), Aten.DataPointer(gradients), Aten.DataPointer(result));
        CpuThreads.For((int)(probabilities.numel() / Math.Max(1, keys)), 4L * keys, (begin, end) =>
        {
            for (var r = begin; r < end; r++)
            {
                var start = (long)r * keys;
                var (dot, s) = (Vector512<float>.Zero, 0);
                for (; s + Lanes <= keys; s += Lanes)
                {
                    dot = Vector512.FusedMultiplyAdd(T.Load(p, start + s), T.Load(g, start + s), dot);
                }

                var sum = Vector512.Sum(dot);
                for (; s < keys; s++)
                {
                    sum += T.Get(p, start + s) * T.Get(g, start + s);
                }

                for (s = 0; s + Lanes <= keys; s += Lanes)
                {
                    T.Store(T.Load(p, start + s) * (T.Load(g, start + s) - Vector512.Create(sum)), target, start + s);
                }

                for (; s < keys; s++)
                {
                    T.Set(T.Get(p, start + s) * (T.Get(g, start + s) - sum), target, start + s);
                }
            }
        });
        return result;
    }

    private static Tensor SumTo(Tensor gradient, Tensor bias)
    {
        var dimensions = Enumerable.Range(0, (int)bias.dim()).Where(d => bias.size(d) == 1 && gradient.size(d) != 1).Select(d => (long)d)
            .ToArray();
        return dimensions.Length == 0 ? gradient.to(bias.dtype, copy: true) : gradient.sum(dimensions, keepdim: true, type: bias.dtype);
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

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, grad_output, () =>
        {
            using var _ = no_grad();
            var saved = ctx.get_saved_variables();
            var gradient = Backward(saved[0], grad_output);
            return [gradient, saved[1].requires_grad ? SumTo(gradient, saved[1]) : null!];
        });
    }
}
