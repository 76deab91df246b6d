using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training.Objectives;

/// <summary>The losses of DPO against their formulas in fp64.</summary>
public sealed class PreferenceLossTests
{
    private const double Beta = 0.3;

    public static TheoryData<string, double> Losses => new()
    {
        { "sigmoid", 0 }, { "sigmoid", 0.2 }, { "hinge", 0 }, { "ipo", 0 },
        { "robust", 0 }, { "robust", 0.2 }, { "sigmoid_norm", 0 },
    };

    [Theory, MemberData(nameof(Losses))]
    public void Each_equals_its_formula(string type, double smoothing)
    {
        using var scope = NewDisposeScope();
        double[] margins = [-40, -2.5, -0.1, 0, 0.7, 1, 3, 60];
        var losses = new PreferenceLoss(Beta, type, smoothing).Of(tensor(Array.ConvertAll(margins, m => (float)m))).data<float>().ToArray();
        Assert.All(margins.Zip(losses), pair =>
            Assert.Equal(Formula(type, pair.First, smoothing), pair.Second, 1e-5 * Math.Max(1, Math.Abs(pair.Second))));
    }

    [Theory, MemberData(nameof(Losses))]
    public void Each_gradient_equals_finite_differences_of_its_formula(string type, double smoothing)
    {
        using var scope = NewDisposeScope();
        double[] margins = [-2.5, -0.1, 0.7, 3];
        var x = tensor(Array.ConvertAll(margins, m => (float)m), requires_grad: true);
        new PreferenceLoss(Beta, type, smoothing).Of(x).sum().backward();
        const double h = 1e-5;
        Assert.All(margins.Zip(x.grad!.data<float>().ToArray()), pair =>
            Assert.Equal(
                (Formula(type, pair.First + h, smoothing) - Formula(type, pair.First - h, smoothing)) / (2 * h), pair.Second, 1e-4));
    }

    [Fact]
    public void An_unknown_name_is_a_sentence_that_names_the_known_ones()
    {
        using var margin = zeros(1);
        Assert.Contains(
            "sigmoid, sigmoid_norm, robust, hinge or ipo",
            Assert.Throws<UserErrorException>(() => new PreferenceLoss(LossType: "steep").Of(margin)).Message,
            StringComparison.Ordinal);
    }

    private static double Formula(string type, double margin, double smoothing) => type switch
    {
        "robust" => ((1 - smoothing) * Math.Log(1 + Math.Exp(-margin)) - smoothing * Math.Log(1 + Math.Exp(margin)))
            / (1 - 2 * smoothing),
        "sigmoid" or "sigmoid_norm" => (1 - smoothing) * Math.Log(1 + Math.Exp(-margin)) + smoothing * Math.Log(1 + Math.Exp(margin)),
        "hinge" => Math.Max(0, 1 - margin),
        _ => Math.Pow(margin / Beta - 1 / (2 * Beta), 2),
    };
}
