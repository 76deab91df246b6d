using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors.Kernels;

public sealed class GatedActivationTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(50, 48)]
    [InlineData(7, 24)]            // no multiple of a vector
    [InlineData(3, 5)]             // less than one: the composed path
    public void Silu_equals_plain_operators(int rows, int width)
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(
            t => GatedActivation.Silu.Apply(t[0]),
            t => Gate(t[0]) * Gate(t[0]).sigmoid() * Up(t[0]),
            2e-6, KernelCheck.Normal(1, rows, 2 * width).mul(3));
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(50, 48)]
    [InlineData(7, 24)]
    [InlineData(3, 5)]
    public void Gelu_equals_the_tanh_formula(int rows, int width)
    {
        using var scope = NewDisposeScope();
        KernelCheck.Equal(
            t => GatedActivation.GeluTanh.Apply(t[0]),
            t => 0.5 * Gate(t[0]) * (1 + (Math.Sqrt(2 / Math.PI) * (Gate(t[0]) + 0.044715 * Gate(t[0]).pow(3))).tanh()) * Up(t[0]),
            2e-6, KernelCheck.Normal(2, rows, 2 * width).mul(3));
    }

    public static TheoryData<string> Names => [.. Formulas.Keys];

    // Formulas of transformers' activations.py, in double precision; 1.5957691216057308 is 2 sqrt(2 / pi).
    private static readonly Dictionary<string, Func<double, double>> Formulas = new(StringComparer.Ordinal)
    {
        ["silu"] = x => x * Sigmoid(x),
        ["swish"] = x => x * Sigmoid(x),
        ["quick_gelu"] = x => x * Sigmoid(1.702 * x),
        ["gelu"] = Gelu,
        ["gelu_python"] = Gelu,
        ["gelu_10"] = x => Math.Clamp(Gelu(x), -10, 10),
        ["gelu_new"] = GeluTanh,
        ["gelu_pytorch_tanh"] = GeluTanh,
        ["gelu_python_tanh"] = GeluTanh,
        ["gelu_accurate"] = GeluTanh,
        ["gelu_fast"] = x => 0.5 * x * (1 + Math.Tanh(x * 0.7978845608 * (1 + 0.044715 * x * x))),
        ["relu"] = x => Math.Max(x, 0),
        ["relu2"] = x => Math.Max(x, 0) * Math.Max(x, 0),
        ["relu6"] = x => Math.Clamp(x, 0, 6),
        ["leaky_relu"] = x => x > 0 ? x : 0.01 * x,
        ["mish"] = x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))),
        ["sigmoid"] = Sigmoid,
        ["tanh"] = Math.Tanh,
        ["linear"] = x => x,
    };

    // Forward by the formula, backward by its central difference, away from the places where it bends.
    [Theory, MemberData(nameof(Names))]
    public void Each_name_is_its_formula(string name)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Formulas.Keys.Order(), GatedActivation.Names.Order());
        double[] gates = [-12.3, -6.1, -3.3, -1.2, -0.7, -0.1, 0.1, 0.4, 1.3, 2.9, 5.7, 6.4, 9.7, 12.6, -2.2, 3.8];
        var x = tensor([.. gates.Concat(gates.Select(_ => 1.5)).Select(g => (float)g)], [1, 32]).requires_grad_(true);
        var y = GatedActivation.Named(name)!.Apply(x);
        BackwardGuard.Backward(y.sum());
        var (values, slopes) = (y.data<float>().ToArray(), x.grad!.data<float>().ToArray());
        Assert.All(gates.Index(), gate =>
        {
            var act = Formulas[name];
            Assert.Equal(1.5 * act(gate.Item), values[gate.Index], 1e-5 * (1 + Math.Abs(act(gate.Item))));
            Assert.Equal(1.5 * (act(gate.Item + 1e-5) - act(gate.Item - 1e-5)) / 2e-5, slopes[gate.Index], 1e-4);
            Assert.Equal(act(gate.Item), slopes[16 + gate.Index], 1e-5 * (1 + Math.Abs(act(gate.Item))));
        });
    }

    [Fact]
    public void Far_tails_are_finite()
    {
        using var scope = NewDisposeScope();
        var x = cat([full(1, 16, -60f), ones(1, 16)], 1).requires_grad_(true);
        foreach (var activation in (GatedActivation[])[GatedActivation.Silu, GatedActivation.GeluTanh])
        {
            BackwardGuard.Backward(activation.Apply(x).sum());
            Assert.True(x.grad!.isfinite().all().item<bool>());
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double GeluTanh(double x) => x * Sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x));

    private static double Gelu(double x) => x * NormalBelow(x);

    // The normal distribution by Marsaglia's series (2004), 1 beyond its use.
    private static double NormalBelow(double x)
    {
        if (Math.Abs(x) > 8)
        {
            return x > 0 ? 1 : 0;
        }

        var (sum, term) = (x, x);
        for (var i = 3; Math.Abs(term) > 1e-18; i += 2)
        {
            sum += term *= x * x / i;
        }

        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }

    private static Tensor Gate(Tensor x) => x.narrow(-1, 0, x.size(-1) / 2);

    private static Tensor Up(Tensor x) => x.narrow(-1, x.size(-1) / 2, x.size(-1) / 2);
}
