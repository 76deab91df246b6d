using DpoSt.Diagnosis;
using static TorchSharp.torch;

namespace DpoSt.Tests.Diagnosis;

/// <summary>What <c>dpost doctor</c> says of kernels, as they are and made wrong on purpose.</summary>
public sealed class KernelTrialsTests
{
    private static readonly IReadOnlyList<KernelTrial> Trials = KernelTrials.On(CPU);

    public static TheoryData<string> Names => [.. Trials.Select(trial => trial.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Every_kernel_is_right_here_and_one_made_wrong_is_told(string name)
    {
        var trial = Trials.Single(t => t.Name == name);
        var right = trial.Run(CPU);
        Assert.Equal((CheckState.Green, (string?)null), (right.State, right.Advice));
        Assert.InRange(right.Error!.Value, 0, trial.Tolerance);

        // By a little more than it may be, of the largest number.
        var off = Math.Max(1e-6, trial.Tolerance * 2.5);
        var wrong = (trial with { Kernel = x => Off(trial.Kernel(x), off) }).Run(CPU);
        Assert.Equal((CheckState.Red, name), (wrong.State, wrong.Name));
        Assert.True(wrong.Error > trial.Tolerance, wrong.Measured);
        Assert.StartsWith("error ", wrong.Measured, StringComparison.Ordinal);
        Assert.Contains("report it", wrong.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_gradient_behind_a_right_result_is_told() => Assert.All(Trials.Where(trial => trial.HasGradient), trial =>
        Assert.Equal(CheckState.Red, (trial with { Kernel = x => Steeper(trial.Kernel(x)) }).Run(CPU).State));

    [Fact]
    public void What_is_no_number_or_has_another_shape_is_wrong()
    {
        var trial = Trials.First(t => t.Name == "norm") with { HasGradient = false };
        Assert.Equal(CheckState.Red, (trial with { Kernel = x => trial.Kernel(x).mul(float.NaN) }).Run(CPU).State);
        Assert.Equal(CheckState.Red, (trial with { Kernel = x => trial.Kernel(x).narrow(0, 0, 1) }).Run(CPU).State);
    }

    private static Tensor Off(Tensor y, double by) =>
        y.add(y.detach().abs().max().to(ScalarType.Float64).mul(by).to(y.dtype));

    // The same numbers, with a gradient of one and a half times.
    private static Tensor Steeper(Tensor y) => y.add(y.sub(y.detach()).mul(0.5));
}
