using DpoSt.Tensors.Autograd;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace DpoSt.Diagnosis;

/// <summary>A kernel beside a plain statement of what it computes.</summary>
/// <param name="Name">What a person reads.</param>
/// <param name="Tolerance">The most that a number may differ, as a part of the largest.</param>
/// <param name="Inputs">Makes what both are given, on the CPU.</param>
/// <param name="Kernel">What is tried; its inputs are on the device.</param>
/// <param name="Plain">The reference: its inputs are on the CPU in fp64, and so is what it computes.</param>
internal sealed record KernelTrial(
    string Name, double Tolerance, Func<Tensor[]> Inputs, Func<Tensor[], Tensor> Kernel, Func<Tensor[], Tensor> Plain)
{
    private const string Wrong =
        "this machine or this build computes wrong: train nothing here, and report it with what dpost info --json prints";

    /// <summary>Whether gradients are compared too.</summary>
    public bool HasGradient { get; init; } = true;

    /// <summary>What to do where it differs.</summary>
    public string Advice { get; init; } = Wrong;

    /// <summary>Computes both on a device.</summary>
    public CheckResult Run(Device device)
    {
        using var scope = NewDisposeScope();
        var error = Worst(device);
        var name = device.type == DeviceType.CPU ? Name : $"{Name} on {device}";
        var isRight = error <= Tolerance;                                // not so of what is no number
        return new(
            name, isRight ? CheckState.Green : CheckState.Red, Invariant($"error {error:0.0e+0} of {Tolerance:0.0e+0}"),
            isRight ? null : Advice)
        {
            Error = error,
            Tolerance = Tolerance,
        };
    }

    /// <summary>The largest difference, as a part of the largest number that is expected; infinite where shapes or numbers are not what
    /// they should be.</summary>
    public static double Difference(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        if (!actual.shape.SequenceEqual(expected.shape))
        {
            return double.PositiveInfinity;
        }

        var plain = expected.detach().to(ScalarType.Float64);
        var gap = actual.detach().cpu().to(ScalarType.Float64).sub(plain).abs().max().item<double>();
        var largest = plain.abs().max().item<double>();
        return double.IsFinite(gap) ? gap / (largest > 0 ? largest : 1) : double.PositiveInfinity;
    }

    private double Worst(Device device)
    {
        var inputs = Inputs();
        if (!HasGradient)
        {
            using var _ = no_grad();
            return Difference(Kernel([.. inputs.Select(x => x.to(device))]), Plain([.. inputs.Select(x => x.to(ScalarType.Float64))]));
        }

        var ours = inputs.Select(x => x.to(device, copy: true).requires_grad_(true)).ToArray();
        var theirs = inputs.Select(x => x.to(ScalarType.Float64, copy: true).requires_grad_(true)).ToArray();
        var (actual, expected) = (Kernel(ours), Plain(theirs));
        var upstream = Numbers.Normal(99, [.. expected.shape]).to(actual.dtype);
        BackwardGuard.Backward(actual, upstream.to(device));
        expected.backward([upstream.to(ScalarType.Float64)]);
        return ours.Zip(theirs, (x, plain) => Difference(x.grad!, plain.grad!)).Append(Difference(actual, expected)).Max();
    }
}
