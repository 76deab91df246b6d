using System.Runtime.Intrinsics;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using DpoSt.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>The kernels of training and decoding, each beside plain operators in fp64. Sizes are no multiples of a vector, so that ends of
/// rows are tried too.</summary>
internal static class KernelTrials
{
    // An output rounded to bfloat16 is off by 2^-9 of itself; gradients are computed from such outputs.
    private const double Rounded = 1e-2;
    private const double Single = 3e-6;

    /// <summary>All that can run on a device.</summary>
    public static IReadOnlyList<KernelTrial> On(Device device) =>
    [
        .. ((ScalarType[])[ScalarType.Float32, ScalarType.BFloat16]).SelectMany(Of), Norm, Largest, OptimizerTrial.New(),
        Recomputed, .. device.type == DeviceType.CPU ? [Rounding, Views] : (KernelTrial[])[],
        .. CacheTrials.On(device), .. ProductTrials.On(device),
    ];

    private static KernelTrial Norm => new(
        "norm", Single, () => [Numbers.Normal(1, 33, 72), Numbers.Normal(2, 72)], x => RmsNorm.Apply(x[0], x[1], 1e-6),
        x => x[0].mul(x[0].square().mean([-1], keepdim: true).add(1e-6).rsqrt()).mul(x[1]));

    private static KernelTrial Largest => new(
        "largest of a row", 0, () => [Numbers.Normal(3, 9, 1003)], x => tensor(Array.ConvertAll(ArgMax.Of(x[0]), i => (double)i)),
        x => x[0].argmax(-1).to(ScalarType.Float64))
    { HasGradient = false };

    private static KernelTrial Recomputed => new(
        "blocks computed again", Single, () => [Numbers.Normal(4, 20, 30), Numbers.Normal(5, 30)],
        x => ActivationCheckpoint.Apply(x, y => y[0].mul(y[1]).tanh()), x => x[0].mul(x[1]).tanh());

    private static KernelTrial Rounding => new(
        "bf16 rounding", 0, () => [cat([Numbers.Normal(6, 4093), tensor([1.00390625f, 1.01171875f, -3f])])], Stored,
        x => Nearest(x[0]))
    { HasGradient = false };

    private static KernelTrial Views => new(
        "native views", 0, () => [Numbers.Normal(7, 24)], Viewed, x => cat([x[0], x[0]]))
    { HasGradient = false };

    private static IEnumerable<KernelTrial> Of(ScalarType type)
    {
        var tolerance = type == ScalarType.Float32 ? Single : Rounded;
        var kind = type == ScalarType.Float32 ? "" : " in bf16";
        yield return new(
            $"softmax{kind}", tolerance, () => [Numbers.In(type, 11, 2, 3, 5, 37), Numbers.Normal(12, 1, 3, 1, 37)],
            x => BiasedSoftmax.Apply(x[0], x[1]), x => x[0].add(x[1]).softmax(-1));
        yield return new(
            $"SiLU gate{kind}", tolerance, () => [Numbers.In(type, 13, 17, 2 * 41)], x => GatedActivation.Silu.Apply(x[0]),
            x => Gate(x[0], g => g.mul(g.sigmoid())));
        yield return new(
            $"GELU gate{kind}", tolerance, () => [Numbers.In(type, 14, 17, 2 * 41)], x => GatedActivation.GeluTanh.Apply(x[0]),
            x => Gate(x[0], g => g.mul(g.add(g.pow(3).mul(0.044715)).mul(Math.Sqrt(2 / Math.PI)).tanh().add(1)).mul(0.5)));
        yield return Turn(type, $"rotary positions{kind}", tolerance);
        yield return Targets(type, $"log-probabilities{kind}", tolerance);
        yield return DropoutTrial.New(type, $"dropout{kind}", tolerance);
    }

    private static Tensor Gate(Tensor x, Func<Tensor, Tensor> activation)
    {
        var parts = x.chunk(2, -1);
        return activation(parts[0]).mul(parts[1]);
    }

    private static KernelTrial Turn(ScalarType type, string name, double tolerance)
    {
        const int rows = 7;
        const int half = 20;
        const int size = 44;
        var angles = Enumerable.Range(0, rows * half).Select(i => i / half * Math.Pow(10_000, -(double)(i % half) / half)).ToArray();
        var turn = new RotaryTurn(
            Array.ConvertAll(angles, a => (float)Math.Cos(a)), Array.ConvertAll(angles, a => (float)Math.Sin(a)), half);
        return new(name, tolerance, () => [Numbers.In(type, 15, rows, 3 * size)], x => turn.Apply(x[0], 2, size), x =>
        {
            var angle = tensor(angles, [rows, 1, half]);
            var heads = x[0].narrow(1, 0, 2 * size).view(rows, 2, size);
            var (a, b) = (heads.narrow(2, 0, half), heads.narrow(2, half, half));
            var turned = cat([a.mul(angle.cos()).sub(b.mul(angle.sin())), b.mul(angle.cos()).add(a.mul(angle.sin())),
                heads.narrow(2, 2 * half, size - 2 * half)], 2);
            return cat([turned.view(rows, 2 * size), x[0].narrow(1, 2 * size, size)], 1);
        });
    }

    private static KernelTrial Targets(ScalarType type, string name, double tolerance)
    {
        long[] targets = [0, 1002, 500, 37, 1000];
        return new(
            name, tolerance, () => [Numbers.In(type, 16, targets.Length, 1003)], x => TargetLogProb.Apply(x[0], targets),
            x => x[0].log_softmax(-1).gather(1, tensor(targets, [targets.Length, 1])).view(-1));
    }

    private static unsafe Tensor Stored(Tensor[] x)
    {
        var result = empty(x[0].numel(), dtype: ScalarType.BFloat16);
        var (from, to) = (Aten.DataPointer(x[0]), Aten.DataPointer(result));
        for (var i = 0L; i < x[0].numel(); i += Vector512<float>.Count)
        {
            Bf16.Store(Fp32.Load(from, i), to, i);
        }

        return result;
    }

    // Eight significant bits, of two equally near numbers the even.
    private static Tensor Nearest(Tensor x)
    {
        var step = x.abs().log2().floor().sub(7).exp2();
        return x.div(step).round().mul(step);
    }

    // The same numbers through an address, and through a tensor that was shown them.
    private static Tensor Viewed(Tensor[] x)
    {
        var view = Aten.FromMemory(Aten.DataPointer(x[0]), x[0].shape, ScalarType.Float32);
        var shown = zeros(1);
        Aten.SetData(shown, x[0]);
        return cat([view, shown]);
    }
}
