using DpoSt.Models;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Training.Objectives;

/// <summary>Kahneman-Tversky optimisation (Ethayarajh et al. 2024, equation 8, both weights 1): completions that are right or wrong by
/// themselves. In its batch a pair is a completion and one of another prompt; on the latter the policy's distance from the reference is
/// measured (their section 4.1), no lower than zero and without gradient, over what is computed at a time.</summary>
/// <param name="model">The policy.</param>
/// <param name="beta">How closely it is held to the reference.</param>
/// <param name="labels">Of every example of the training whether it is right.</param>
internal sealed class KtoObjective(ILanguageModel model, double beta, IReadOnlyList<bool> labels) : IObjective<PreferenceBatch>
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
            (part, logProbs) => Of(own, batch.ReferenceLogProbs, part, logProbs, distance));
    }

    /// <summary>What some completions cost, from the log-probabilities of their tokens: [m].</summary>
    internal PartCost Of(TokenBatch own, double[] reference, int[] part, Tensor logProbs, double distance)
    {
        using var scope = NewDisposeScope();
        var owner = part.Index().SelectMany(row => Enumerable.Repeat((long)row.Index, own.Completions[row.Item].Length)).ToArray();
        var sums = SequenceLogProbs.Sums(logProbs, owner, part.Length);                                   // [rows]
        // EncodedPairs numbers the two completions of example i 2 i and 2 i + 1.
        var signs = tensor(Array.ConvertAll(part, row => labels[(int)(own.Examples[row] / 2)] ? 1.0 : -1.0), device: sums.device);
        var rewards = sums.sub(tensor(Array.ConvertAll(part, row => reference[row]), device: sums.device)).sub(distance).mul(beta);
        var gains = rewards.mul(signs);                                                                   // [rows]
        var right = gains.detach().gt(0).sum().cpu().item<long>();
        return new PartCost(
            gains.neg().sigmoid().sum().MoveToOuterDisposeScope(), [new("rewards/accuracies", right), new("kl", distance * part.Length)]);
    }
}
