using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace DpoSt.Training.Objectives;

/// <summary>What preference tuning minimises, in the names of trl's DPOConfig.</summary>
/// <param name="Beta">How closely the policy is held to the reference.</param>
/// <param name="LossType"><c>sigmoid</c> (Rafailov et al. 2023, equation 7), <c>robust</c> (Chowdhury et al. 2024, equation 6), the same
/// where some pairs are known to be the wrong way round, <c>hinge</c> (Zhao et al. 2023), and two that compare means over a completion's
/// tokens where the others compare sums: <c>ipo</c> (Azar et al. 2023) and <c>sigmoid_norm</c>, which is else <c>sigmoid</c>; or
/// <c>kto</c>, which needs no pairs.</param>
/// <param name="LabelSmoothing">The chance that a pair is the wrong way round (<c>sigmoid</c>: Mitchell 2023); of <c>sigmoid</c> and
/// <c>robust</c> only.</param>
/// <param name="RpoAlpha">The weight of the chosen completion's mean negative log-likelihood a token; null leaves it out. Every pair counts
/// alike (Pang et al. 2024, equation 2), where trl averages over all tokens of a micro-batch.</param>
internal sealed record PreferenceLoss(double Beta = 0.1, string LossType = "sigmoid", double LabelSmoothing = 0, double? RpoAlpha = null)
{
    /// <summary>The weight of right completions in KTO; null is 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DesirableWeight { get; init; }

    /// <summary>The weight of wrong completions in KTO; null is 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? UndesirableWeight { get; init; }

    /// <summary>Whether it takes completions one by one (<see cref="KtoObjective"/>).</summary>
    internal bool IsUnpaired => LossType == Kto;

    /// <summary>The name of the loss without pairs.</summary>
    internal const string Kto = "kto";

    /// <summary>Whether log-probabilities are means over a completion's tokens.</summary>
    internal bool OfMeans => LossType is "ipo" or "sigmoid_norm";

    /// <summary>The loss of each pair from its margin, beta times the difference of the log-ratios: [pairs].</summary>
    internal Tensor Of(Tensor margin)
    {
        using var scope = NewDisposeScope();
        var loss = LossType switch
        {
            "sigmoid_norm" or "sigmoid" when LabelSmoothing == 0 => nn.functional.softplus(margin.neg()),
            "sigmoid" =>
                nn.functional.softplus(margin.neg()).mul(1 - LabelSmoothing).add(nn.functional.softplus(margin).mul(LabelSmoothing)),
            // Its mean over pairs turned round by chance is the loss of the pairs as they should be.
            "robust" => nn.functional.softplus(margin.neg()).mul(1 - LabelSmoothing)
                .sub(nn.functional.softplus(margin).mul(LabelSmoothing)).div(1 - 2 * LabelSmoothing),
            "hinge" => margin.neg().add(1).relu(),
            "ipo" => margin.div(Beta).sub(1 / (2 * Beta)).square(),
            _ => throw new UserErrorException($"'{LossType}' is not a loss of DPO: use sigmoid, sigmoid_norm, robust, hinge or ipo."),
        };
        return loss.MoveToOuterDisposeScope();
    }
}
