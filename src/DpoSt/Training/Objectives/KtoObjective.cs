using DpoSt.Models;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Training.Objectives;

/// <summary>Kahneman-Tversky optimisation (Ethayarajh et al. 2024, equations 7 and 8): completions that are right or wrong by themselves.
/// One costs its weight times 1 - sigmoid(beta (r - z)) where it is right, 1 - sigmoid(beta (z - r)) where it is wrong; r is its log-ratio
/// of the policy to the reference, z the policy's distance from the reference. In its batch a pair is a completion and one of another
/// prompt; on the latter the distance is measured (their section 4.1): the mean log-ratio over a micro-batch, no lower than zero, without
/// gradient.</summary>
/// <param name="model">The policy.</param>
/// <param name="loss">How closely it is held to the reference, and what right and wrong completions weigh.</param>
internal sealed class KtoObjective(ILanguageModel model, PreferenceLoss loss) : IObjective<PreferenceBatch>
{
    public IReadOnlyList<string> MetricNames => ["rewards/accuracies", "kl"];
    public double Weight(PreferenceBatch batch) => batch.Pairs;
    public long Tokens(PreferenceBatch batch) => batch.Tokens.Tokens;

    /// <summary>The whole batch: a part of it would measure another distance.</summary>
    public PreferenceBatch? Share(PreferenceBatch batch, int rank, int count) =>
        count == 1 ? batch : throw new NotSupportedException("KTO trains in one process");

    public Cost Evaluate(PreferenceBatch batch, Dropout? dropout, double? gradientScale)
    {
        var rows = batch.Pairs;
        var strangers = SequenceLogProbs.Score(model, batch.Tokens.Rows([.. Enumerable.Range(rows, rows)]));
        var distance = Math.Max(0, strangers.Zip(batch.ReferenceLogProbs.Skip(rows), (policy, reference) => policy - reference).Average());
        var own = batch.Tokens.Rows([.. Enumerable.Range(0, rows)]);
        return ChunkedLoss.Run(
            model, own, [.. Enumerable.Range(0, rows).Select(row => (int[])[row])], dropout, gradientScale,
            (part, logProbs) => Of(batch, own, part, logProbs, distance));
    }

    /// <summary>What some completions cost, from the log-probabilities of their tokens: [m].</summary>
    internal PartCost Of(PreferenceBatch batch, TokenBatch own, int[] part, Tensor logProbs, double distance)
    {
        using var scope = NewDisposeScope();
        var owner = part.Index().SelectMany(row => Enumerable.Repeat((long)row.Index, own.Completions[row.Item].Length)).ToArray();
        var sums = SequenceLogProbs.Sums(logProbs, owner, part.Length);                                   // [rows]
        var right = Array.ConvertAll(part, row => batch.Right![row]);
        var signs = tensor(Array.ConvertAll(right, isRight => isRight ? 1.0 : -1.0), device: sums.device);
        var weights = tensor(
            Array.ConvertAll(right, isRight => (isRight ? loss.DesirableWeight : loss.UndesirableWeight) ?? 1), device: sums.device);
        var rewards = sums.sub(tensor(Array.ConvertAll(part, row => batch.ReferenceLogProbs[row]), device: sums.device))
            .sub(distance).mul(loss.Beta);
        var gains = rewards.mul(signs);                                                                   // [rows]
        var onItsSide = gains.detach().gt(0).sum().cpu().item<long>();
        return new PartCost(
            gains.neg().sigmoid().mul(weights).sum().MoveToOuterDisposeScope(),
            [new("rewards/accuracies", onItsSide), new("kl", distance * part.Length)]);
    }
}
