using static TorchSharp.torch;

namespace DpoSt.Training.Objectives;

/// <summary>What preference tuning minimises, in the names of trl's DPOConfig.</summary>
/// <param name="Beta">How closely the policy is held to the reference.</param>
/// <param name="LossType"><c>sigmoid</c> (Rafailov et al. 2023, equation 7), <c>hinge</c> (Zhao et al. 2023) or <c>ipo</c> (Azar et al.
/// 2023), which compares means over a completion's tokens where the others compare sums.</param>
/// <param name="LabelSmoothing">The chance that a pair is the wrong way round (Mitchell 2023); of <c>sigmoid</c> only.</param>
/// <param name="RpoAlpha">The weight of the chosen completion's mean negative log-likelihood a token; null leaves it out. Every pair counts
/// alike (Pang et al. 2024, equation 2), where trl averages over all tokens of a micro-batch.</param>
public sealed record PreferenceLoss(double Beta = 0.1, string LossType = "sigmoid", double LabelSmoothing = 0, double? RpoAlpha = null)
{
    /// <summary>Whether log-probabilities are means over a completion's tokens.</summary>
    internal bool OfMeans => LossType == "ipo";

    /// <summary>The loss of each pair from its margin, beta times the difference of the log-ratios: [pairs].</summary>
    internal Tensor Of(Tensor margin)
    {
        using var scope = NewDisposeScope();
        var loss = LossType switch
        {
            "sigmoid" when LabelSmoothing == 0 => nn.functional.softplus(margin.neg()),
            "sigmoid" =>
                nn.functional.softplus(margin.neg()).mul(1 - LabelSmoothing).add(nn.functional.softplus(margin).mul(LabelSmoothing)),
            "hinge" => margin.neg().add(1).relu(),
            "ipo" => margin.div(Beta).sub(1 / (2 * Beta)).square(),
            _ => throw new UserErrorException($"'{LossType}' is not a loss of DPO: use sigmoid, hinge or ipo."),
        };
        return loss.MoveToOuterDisposeScope();
    }
}
