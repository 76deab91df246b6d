using DpoSt.Models;
using DpoSt.Tests.Models;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Training.Objectives;

/// <summary>KTO against its formula in fp64: 1 - sigmoid(beta (r - z)) where right, 1 - sigmoid(beta (z - r)) where wrong.</summary>
public sealed class KtoObjectiveTests
{
    private const double Beta = 0.3;
    private static readonly bool[] Labels = [true, false, true];

    [Theory]
    [InlineData(-0.75, null)]                          // the policy is nearer to strangers than the reference: a distance of 0.75
    [InlineData(1.5, null)]                            // further away than it: the distance is no less than zero
    [InlineData(-0.75, 1.4)]
    public void A_batch_costs_what_the_formula_says(double offset, double? desirable)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(TinyModels.T5, 2);
        var tokens = new TokenBatch(
            TinyModels.Batch(3, 3).Prompts, TinyModels.Batch(4, 6).Completions, [0, 1, 2, 0, 1, 2], [0, 2, 4, 1, 3, 5]);
        var policy = SequenceLogProbs.Score(model, tokens);
        double[] reference = [policy[0] - 2, policy[1] + 0.5, policy[2] + 4, .. policy[3..].Select((p, i) => p + offset * (i + 1) / 2)];
        var cost = new KtoObjective(model, Loss(desirable)).Evaluate(new PreferenceBatch(tokens, reference) { Right = Labels }, null, null);
        var distance = Math.Max(0, -offset);
        double[] ratios = [2, -0.5, -4];
        Assert.Equal(ratios.Zip(Labels, (r, right) => Loss(r, right, distance, desirable)).Sum(), cost.Loss, 1e-4);
        Assert.Equal(3 * distance, cost.Metrics.Single(m => m.Key == "kl").Value, 1e-4);
        Assert.Equal(
            ratios.Zip(Labels).Count(t => t.Second ? t.First > distance : t.First < distance),
            cost.Metrics.Single(m => m.Key == "rewards/accuracies").Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1.4)]
    public void Each_gradient_is_that_of_the_formula(double? desirable)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(TinyModels.T5, 2);
        int[] lengths = [2, 1, 3];
        double[] reference = [-3, -1, -5];
        var own = new TokenBatch([[1], [1], [1]], Array.ConvertAll(lengths, n => new int[n]), [0, 1, 2], [0, 2, 4]);
        var logProbs = tensor(new[] { -1, -0.5, -2.5, -0.25, -1, -3 }, requires_grad: true);
        var batch = new PreferenceBatch(own, reference) { Right = Labels };
        var cost = new KtoObjective(model, Loss(desirable)).Of(batch, own, [0, 1, 2], logProbs, 0.4);
        cost.Loss.backward();
        double[] ratios = [-1.5 + 3, -2.5 + 1, -4.25 + 5];
        Assert.Equal(ratios.Zip(Labels, (r, right) => Loss(r, right, 0.4, desirable)).Sum(), cost.Loss.item<double>(), 1e-12);
        const double h = 1e-6;
        var expected = ratios.Zip(
            Labels, (r, right) => (Loss(r + h, right, 0.4, desirable) - Loss(r - h, right, 0.4, desirable)) / (2 * h)).ToArray();
        var actual = logProbs.grad!.data<double>().ToArray();
        Assert.All(Enumerable.Range(0, 6).Zip([0, 0, 1, 2, 2, 2]), t => Assert.Equal(expected[t.Second], actual[t.First], 1e-8));
    }

    // Right completions weigh what is given, wrong ones then 0.5.
    private static PreferenceLoss Loss(double? desirable) =>
        new(Beta, "kto") { DesirableWeight = desirable, UndesirableWeight = desirable is null ? null : 0.5 };

    private static double Loss(double ratio, bool isRight, double distance, double? desirable) =>
        (desirable is null ? 1 : isRight ? desirable.Value : 0.5)
        * (1 - 1 / (1 + Math.Exp(-Beta * (isRight ? ratio - distance : distance - ratio))));
}
