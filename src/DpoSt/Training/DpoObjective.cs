using DpoSt.Models;
using DpoSt.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Training;

/// <summary>Pairs ready for DPO: completions 0..n-1 are chosen, n..2n-1 rejected, each two over one prompt.</summary>
/// <param name="Tokens">The 2n completions over n prompts.</param>
/// <param name="ReferenceLogProbs">The reference model's log-probability of each completion, 2n numbers.</param>
internal sealed record PreferenceBatch(TokenBatch Tokens, float[] ReferenceLogProbs)
{
    /// <summary>The number of pairs.</summary>
    public int Pairs => ReferenceLogProbs.Length / 2;
}

/// <summary>
/// Direct preference optimisation: a <see cref="PreferenceLoss"/> of beta (chosen log-ratio - rejected log-ratio), with the metric names of
/// trl. Log-ratios are of the policy to the reference.
/// </summary>
internal sealed class DpoObjective(ILanguageModel model, PreferenceLoss preference) : IObjective<PreferenceBatch>
{
    public double Weight(PreferenceBatch batch) => batch.Pairs;

    public long Tokens(PreferenceBatch batch) => batch.Tokens.Tokens;

    public Cost Evaluate(PreferenceBatch batch, Dropout? dropout, double? gradientScale) => ChunkedLoss.Run(
        model, batch.Tokens, [.. Enumerable.Range(0, batch.Pairs).Select(i => (int[])[i, batch.Pairs + i])], dropout, gradientScale, (part, logProbs) => Of(batch, part, logProbs));

    private PartCost Of(PreferenceBatch batch, int[] part, Tensor logProbs)
    {
        using var scope = NewDisposeScope();
        var pairs = part.Length;
        int[] completions = [.. part, .. part.Select(i => batch.Pairs + i)];
        var lengths = Array.ConvertAll(completions, c => batch.Tokens.Completions[c].Length);
        var sums = PairSums(logProbs, lengths);                                                           // [2 pairs]
        var perToken = tensor(Array.ConvertAll(lengths, length => 1f / length), device: sums.device);
        var reference = tensor(Array.ConvertAll(completions, c => batch.ReferenceLogProbs[c]), device: sums.device);
        var policy = preference.OfMeans ? sums.mul(perToken) : sums;                                      // [2 pairs]
        var rewards = policy.sub(preference.OfMeans ? reference.mul(perToken) : reference).mul(preference.Beta);
        var margin = rewards.narrow(0, 0, pairs).sub(rewards.narrow(0, pairs, pairs));                    // [pairs]
        var loss = preference.Of(margin).sum();
        var metrics = Metrics(policy.detach(), rewards.detach(), pairs);
        if (preference.RpoAlpha is { } alpha)
        {
            var nll = sums.mul(perToken).narrow(0, 0, pairs).sum().neg();
            metrics.Add(new("nll_loss", nll.detach().cpu().item<float>()));
            loss = loss.add(nll.mul(alpha));
        }

        return new PartCost(loss.MoveToOuterDisposeScope(), metrics);
    }

    // Tokens come pair by pair, chosen before rejected; their sums go all chosen, all rejected.
    private static Tensor PairSums(Tensor logProbs, int[] lengths)
    {
        var pairs = lengths.Length / 2;
        var owner = Enumerable.Range(0, pairs).SelectMany(i => Enumerable.Repeat((long)i, lengths[i]).Concat(Enumerable.Repeat((long)pairs + i, lengths[pairs + i]))).ToArray();
        return SequenceLogProbs.Sums(logProbs, owner, 2 * pairs);
    }

    private static List<KeyValuePair<string, double>> Metrics(Tensor policy, Tensor rewards, int pairs)
    {
        var reward = rewards.cpu().data<float>().ToArray();
        var logProbs = policy.cpu().data<float>().ToArray();
        var rows = Enumerable.Range(0, pairs).ToArray();
        return
        [
            new("rewards/chosen", rows.Sum(i => (double)reward[i])),
            new("rewards/rejected", rows.Sum(i => (double)reward[pairs + i])),
            new("rewards/accuracies", rows.Count(i => reward[i] > reward[pairs + i])),
            new("rewards/margins", rows.Sum(i => (double)reward[i] - reward[pairs + i])),
            new("logps/chosen", rows.Sum(i => (double)logProbs[i])),
            new("logps/rejected", rows.Sum(i => (double)logProbs[pairs + i])),
        ];
    }
}
