using System.Runtime.Intrinsics;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Devices;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Kernels;

/// <summary>act(gate) * up for gate and up side by side in one matrix. The activations in use have the form x * sigmoid(a x + b x^3): SiLU
/// with a = 1, b = 0, and the tanh approximation of GELU with a = 2 sqrt(2/pi), b = 0.044715 a (Shazeer 2020; Hendrycks and Gimpel
/// 2016). Others are made of libtorch's operators.</summary>
internal sealed class GatedActivation
{
    private static readonly int Lanes = Vector512<float>.Count;
    private readonly float a;
    private readonly float b;
    private readonly Func<Tensor, Tensor>? other;

    private GatedActivation(float a, float b) => (this.a, this.b) = (a, b);

    private GatedActivation(Func<Tensor, Tensor> other) => this.other = other;

    /// <summary>SiLU, as in Llama.</summary>
    public static GatedActivation Silu { get; } = new(1, 0);

    /// <summary>The tanh approximation of GELU, as in T5 v1.1 and Gemma.</summary>
    public static GatedActivation GeluTanh { get; } = new(1.5957691216057308f, 1.5957691216057308f * 0.044715f);

    /// <summary>By the names that transformers gives them (ACT2FN); its spellings of one formula in Python and in C differ in rounding
    /// alone.</summary>
    private static readonly Dictionary<string, GatedActivation> ByName = new(StringComparer.Ordinal)
    {
        ["silu"] = Silu,
        ["swish"] = Silu,
        ["gelu_pytorch_tanh"] = GeluTanh,
        ["gelu_new"] = GeluTanh,
        ["gelu_fast"] = GeluTanh,
        ["gelu_accurate"] = GeluTanh,
        ["gelu_python_tanh"] = GeluTanh,
        ["quick_gelu"] = new(1.702f, 0),
        ["gelu"] = new(x => nn.functional.gelu(x)),
        ["gelu_python"] = new(x => nn.functional.gelu(x)),
        ["gelu_10"] = new(x => nn.functional.gelu(x).clamp(-10, 10)),
        ["relu"] = new(x => x.relu()),
        ["relu2"] = new(x => x.relu().square()),
        ["relu6"] = new(x => x.relu6()),
        ["leaky_relu"] = new(x => nn.functional.leaky_relu(x, 0.01)),
        ["mish"] = new(x => nn.functional.mish(x)),
        ["sigmoid"] = new(x => x.sigmoid()),
        ["tanh"] = new(x => x.tanh()),
        ["linear"] = new(x => x),
    };

    /// <summary>The names of all that are supported.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The activation that transformers gives this name; null where it is not supported.</summary>
    public static GatedActivation? Named(string name) => ByName.GetValueOrDefault(name);

    /// <summary>x [.., 2F] gives [.., F].</summary>
    public Tensor Apply(Tensor x)
    {
        if (other is not null || x.device_type != DeviceType.CPU || x.dtype is not (ScalarType.Float32 or ScalarType.BFloat16)
            || x.size(-1) / 2 < Lanes)
        {
            return Composed(x);
        }

        return is_grad_enabled() && x.requires_grad ? Differentiable.apply(x, this) : Forward(x);
    }

    private Tensor Composed(Tensor x)
    {
        using var scope = NewDisposeScope();
        var width = x.size(-1) / 2;
        var wide = x.AtLeastSingle();
        var gate = wide.narrow(-1, 0, width);
        var given = other?.Invoke(gate) ?? gate.mul((b == 0 ? gate : gate.mul(gate.square().mul(b).add(a))).sigmoid());
        return given.mul(wide.narrow(-1, width, width)).to(x.dtype).MoveToOuterDisposeScope();
    }

    private Tensor Forward(Tensor x) => x.dtype == ScalarType.Float32 ? Forward<Fp32>(x) : Forward<Bf16>(x);

    private Tensor Backward(Tensor x, Tensor gradient) =>
        x.dtype == ScalarType.Float32 ? Backward<Fp32>(x, gradient) : Backward<Bf16>(x, gradient);

    private Tensor Forward<T>(Tensor x) where T : struct, IElement
    {
        using var rows = x.contiguous();
        var shape = x.shape;
        var width = (int)(shape[^1] / 2);
        shape[^1] = width;
        var result = empty(shape, dtype: x.dtype);
        var (source, target) = (Aten.DataPointer(rows), Aten.DataPointer(result));
        CpuThreads.For((int)(result.numel() / width), 8L * width, (begin, end) =>
        {
            for (var r = begin; r < end; r++)
            {
                var (gate, to) = (2L * r * width, (long)r * width);
                for (var step = 0; step < width; step += Lanes)
                {
                    var d = Math.Min(step, width - Lanes);           // the last vector begins earlier where the width is not a multiple
                    var g = T.Load(source, gate + d);
                    T.Store(g * Sigmoid(Slope(g, b)) * T.Load(source, gate + width + d), target, to + d);
                }
            }
        });
        return result;
    }

    private Tensor Backward<T>(Tensor x, Tensor gradient) where T : struct, IElement
    {
        using var rows = x.contiguous();
        using var gradients = gradient.contiguous();
        var result = empty_like(rows);
        var width = (int)(x.size(-1) / 2);
        var (source, incoming, target) = (Aten.DataPointer(rows), Aten.DataPointer(gradients), Aten.DataPointer(result));
        CpuThreads.For((int)(gradients.numel() / width), 12L * width, (begin, end) =>
        {
            for (var r = begin; r < end; r++)
            {
                var gate = 2L * r * width;
                for (var step = 0; step < width; step += Lanes)
                {
                    var d = Math.Min(step, width - Lanes);           // the last vector begins earlier where the width is not a multiple
                    var (g, up, dy) = (T.Load(source, gate + d), T.Load(source, gate + width + d), T.Load(incoming, (long)r * width + d));
                    var s = Sigmoid(Slope(g, b));
                    // The derivative of a x + b x^3, times x, is a x + 3 b x^3.
                    var slope = s + s * (Vector512<float>.One - s) * Slope(g, 3 * b);
                    T.Store(dy * up * slope, target, gate + d);
                    T.Store(dy * g * s, target, gate + width + d);
                }
            }
        });
        return result;
    }

    private Vector512<float> Slope(Vector512<float> x, float cubic) => x * (Vector512.Create(a) + x * x * cubic);

    private static Vector512<float> Sigmoid(Vector512<float> x) =>
        Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x));

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(GatedActivation);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([(Tensor)vars[0]]);
            ctx.save_data("activation", vars[1]);
            return ((GatedActivation)vars[1]).Forward((Tensor)vars[0]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardGuard.Run(2, grad_output, () =>
        {
            using var _ = no_grad();
            return [((GatedActivation)ctx.get_data("activation")).Backward(ctx.get_saved_variables()[0], grad_output), null!];
        });
    }
}
