using System.Runtime.Intrinsics;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>Turns the pairs (x_i, x_{i + R/2}) of every head by an angle a row: rotary positions in the layout of Hugging Face checkpoints.
/// What follows a head's first R numbers stays. The gradient is turned back, whenever that is: the angles are in managed memory. Shapes: N
/// rows, R turned numbers of a head.</summary>
/// <param name="cosines">[N, R/2]; these and the sines may be longer than one by a common factor.</param>
/// <param name="sines">[N, R/2].</param>
/// <param name="half">R/2.</param>
internal sealed unsafe class RotaryTurn(float[] cosines, float[] sines, int half)
{
    private static readonly int Lanes = Vector512<float>.Count;

    /// <summary>Turns the first <paramref name="heads"/> heads of x [N, C]; the columns behind them pass.</summary>
    public Tensor Apply(Tensor x, int heads, int size)
    {
        if (x.device_type != DeviceType.CPU || x.dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
        {
            return Composed(x, heads, size);
        }

        return is_grad_enabled() && x.requires_grad ? Differentiable.apply(x, this, heads, size) : Turn(x, heads, size, 1);
    }

    private Tensor Composed(Tensor x, int heads, int size)
    {
        using var scope = NewDisposeScope();
        var rows = x.size(0);
        var parts = x.narrow(1, 0, heads * size).AtLeastSingle().view(rows, heads, size).split([half, half, size - 2 * half], 2);
        var (a, b) = (parts[0], parts[1]);                                          // [N, heads, R/2]
        var (c, s) = (Angles(cosines), Angles(sines));                              // [N, 1, R/2]
        var turned = cat([a.mul(c).sub(b.mul(s)), b.mul(c).add(a.mul(s)), parts[2]], 2);
        return cat([turned.view(rows, heads * size).to(x.dtype), x.narrow(1, heads * size, x.size(1) - heads * size)], 1)
            .MoveToOuterDisposeScope();

        Tensor Angles(float[] values) => tensor(values, [rows, 1, half], device: x.device).to(a.dtype);
    }

    private Tensor Turn(Tensor x, int heads, int size, float direction) =>
        x.dtype == ScalarType.Float32 ? Turn<Fp32>(x, heads, size, direction) : Turn<Bf16>(x, heads, size, direction);

    private Tensor Turn<T>(Tensor x, int heads, int size, float direction) where T : struct, IElement
    {
        using var plain = x.contiguous();
        var result = empty_like(plain);
        var (rows, width) = ((int)x.size(0), (int)x.size(1));
        var (source, target) = (Aten.DataPointer(plain), Aten.DataPointer(result));
        CpuThreads.For(rows, 2L * width, (begin, end) =>
        {
            fixed (float* cosine = cosines, sine = sines)
            {
                for (var n = begin; n < end; n++)
                {
                    var start = (long)n * width;
                    var c = cosine + (long)n * half;
                    var s = sine + (long)n * half;
                    for (var h = 0; h < heads; h++)
                    {
                        Head<T>(source, target, start + h * size, c, s, half, direction);
                        Copy<T>(source, target, start + h * size + 2 * half, start + (h + 1) * size);
                    }

                    Copy<T>(source, target, start + heads * size, start + width);
                }
            }
        });
        return result;
    }

    private static void Copy<T>(nint from, nint to, long begin, long end) where T : struct, IElement
    {
        for (var i = begin; i < end; i++)
        {
            T.Set(T.Get(from, i), to, i);
        }
    }

    private static void Head<T>(nint from, nint to, long start, float* cosine, float* sine, int half, float direction)
        where T : struct, IElement
    {
        var i = 0;
        for (; i + Lanes <= half; i += Lanes)
        {
            var (a, b) = (T.Load(from, start + i), T.Load(from, start + half + i));
            var (c, s) = (Vector512.Load(cosine + i), Vector512.Load(sine + i) * direction);
            T.Store(a * c - b * s, to, start + i);
            T.Store(b * c + a * s, to, start + half + i);
        }

        for (; i < half; i++)
        {
            var (a, b, c, s) = (T.Get(from, start + i), T.Get(from, start + half + i), cosine[i], sine[i] * direction);
            T.Set(a * c - b * s, to, start + i);
            T.Set(b * c + a * s, to, start + half + i);
        }
    }

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(RotaryTurn);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("turn", vars[1]);
            ctx.save_data("heads", vars[2]);
            ctx.save_data("size", vars[3]);
            return ((RotaryTurn)vars[1]).Turn((Tensor)vars[0], (int)vars[2], (int)vars[3], 1);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(4, grad_output, () =>
        {
            using var _ = no_grad();
            return [((RotaryTurn)ctx.get_data("turn")).Turn(grad_output, (int)ctx.get_data("heads"), (int)ctx.get_data("size"), -1), null!,
                null!, null!];
        });
    }
}
