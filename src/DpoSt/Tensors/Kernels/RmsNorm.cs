using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>Root-mean-square norm: x / sqrt(mean(x^2) + epsilon) * weight over the last dimension, in fp32 whatever the input (Zhang and
/// Sennrich 2019; T5LayerNorm and LlamaRMSNorm of transformers). On the CPU it is one pass, forward and backward, in fp64
/// inside: memory is what it waits for, and fp32 sums here were half of the noise in T5's gradients.</summary>
internal static unsafe class RmsNorm
{
    private const int Lanes = 8;

    /// <summary>x [.., D] and weight [D] give [.., D] in x's dtype.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, double epsilon)
    {
        if (x.device_type != DeviceType.CPU || x.dtype != ScalarType.Float32 || x.size(-1) % Lanes != 0)
        {
            return Composed(x, weight, epsilon);
        }

        return is_grad_enabled() && (x.requires_grad || weight.requires_grad)
            ? Differentiable.apply(x, weight, epsilon) : Forward(x, weight, epsilon, null);
    }

    private static Tensor Composed(Tensor x, Tensor weight, double epsilon)
    {
        using var scope = NewDisposeScope();
        var wide = x.AtLeastSingle();
        var scale = wide.square().mean([-1], keepdim: true).add(epsilon).rsqrt();
        return wide.mul(scale).to(x.dtype).mul(weight).MoveToOuterDisposeScope();
    }

    private static Tensor Forward(Tensor x, Tensor weight, double epsilon, Tensor? inverse)
    {
        using var rows = x.contiguous();
        var result = empty_like(rows);
        var width = (int)x.size(-1);
        var count = (int)(x.numel() / width);
        var (source, scales, target, kept) = (
            Aten.DataPointer(rows), Aten.DataPointer(weight), Aten.DataPointer(result), inverse is null ? 0 : Aten.DataPointer(inverse));
        CpuThreads.For(count, width, (begin, end) =>
        {
            var w = (float*)scales;
            for (var r = begin; r < end; r++)
            {
                var from = (float*)source + (long)r * width;
                var to = (float*)target + (long)r * width;
                var sum = Vector512<double>.Zero;
                for (var d = 0; d < width; d += Lanes)
                {
                    var v = Wide(from + d);
                    sum = Vector512.FusedMultiplyAdd(v, v, sum);
                }

                var scale = 1 / Math.Sqrt(Vector512.Sum(sum) / width + epsilon);
                if (kept != 0)
                {
                    ((double*)kept)[r] = scale;
                }

                for (var d = 0; d < width; d += Lanes)
                {
                    Narrow(Wide(from + d) * scale * Wide(w + d), to + d);
                }
            }
        });
        return result;
    }

    // y = x s w with s = (mean x^2 + e)^-1/2, so dx = s (g w - x s^2 mean(g w x)) and dw = sum over rows of g x s.
    private static (Tensor Input, Tensor? Weight) Backward(Tensor x, Tensor weight, Tensor inverse, Tensor gradient)
    {
        using var rows = x.contiguous();
        using var gradients = gradient.contiguous();
        var gradInput = empty_like(rows);
        var width = (int)x.size(-1);
        var count = (int)(x.numel() / width);
        var parts = Math.Min(count, 16);         // fixed, so that the sum over rows has one order at any number of threads
        using var partial = weight.requires_grad ? zeros([parts, width], dtype: ScalarType.Float64) : null;
        var (px, pw, ps, pg, pi, pp) = (
            Aten.DataPointer(rows), Aten.DataPointer(weight), Aten.DataPointer(inverse), Aten.DataPointer(gradients),
            Aten.DataPointer(gradInput), partial is null ? 0 : Aten.DataPointer(partial));
        CpuThreads.For(parts, 3L * width * count / parts, (begin, end) =>
        {
            for (var part = begin; part < end; part++)
            {
                var sums = pp == 0 ? null : (double*)pp + (long)part * width;
                for (var r = (int)((long)count * part / parts); r < (int)((long)count * (part + 1) / parts); r++)
                {
                    Row((float*)px + (long)r * width, (float*)pw, ((double*)ps)[r], (float*)pg + (long)r * width,
                        (float*)pi + (long)r * width, sums, width);
                }
            }
        });
        return (gradInput, partial?.sum([0L]).to(ScalarType.Float32));
    }

    private static void Row(float* x, float* w, double scale, float* g, float* dx, double* dw, int width)
    {
        var dot = Vector512<double>.Zero;
        for (var d = 0; d < width; d += Lanes)
        {
            dot = Vector512.FusedMultiplyAdd(Wide(g + d) * Wide(w + d), Wide(x + d), dot);
        }

        var pull = Vector512.Create(Vector512.Sum(dot) / width * scale * scale);
        for (var d = 0; d < width; d += Lanes)
        {
            var (vx, vg) = (Wide(x + d), Wide(g + d));
            Narrow((vg * Wide(w + d) - vx * pull) * scale, dx + d);
            if (dw != null)                                     // a frozen weight has no gradient
            {
                Vector512.FusedMultiplyAdd(vg * scale, vx, Vector512.Load(dw + d)).Store(dw + d);
            }
        }
    }

    private static Vector512<double> Wide(float* from) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Double(Vector256.Load(from))
        : Vector512.Create(Vector256.WidenLower(Vector256.Load(from)), Vector256.WidenUpper(Vector256.Load(from)));

    private static void Narrow(Vector512<double> value, float* to) => Vector256.Narrow(value.GetLower(), value.GetUpper()).Store(to);

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(RmsNorm);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight) = ((Tensor)vars[0], (Tensor)vars[1]);
            var inverse = empty([x.numel() / x.size(-1)], dtype: ScalarType.Float64);
            var result = Forward(x, weight, (double)vars[2], inverse);
            ctx.save_for_backward([x, weight, inverse]);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(3, grad_output, () =>
        {
            using var _ = no_grad();
            var saved = ctx.get_saved_variables();
            var (input, weight) = Backward(saved[0], saved[1], saved[2], grad_output);
            return [input, weight!, null!];
        });
    }
}
