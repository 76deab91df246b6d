using DpoSt.Models;
using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Training.Objectives;

/// <summary>Pairs ready for DPO: completions 0..n-1 are chosen, n..2n-1 rejected, each two over one prompt.</summary>
/// <param name="Tokens">The 2n completions over n prompts.</param>
/// <param name="ReferenceLogProbs">The reference model's log-probability of each completion, 2n numbers.</param>
internal sealed record PreferenceBatch(TokenBatch Tokens, double[] ReferenceLogProbs)
{
    /// <summary>Of rows without pairs (<see cref="KtoObjective"/>) whether the first completion of each is right.</summary>
    public bool[]? Right { get; init; }

    /// <summary>The number of pairs.</summary>
    public int Pairs => ReferenceLogProbs.Length / 2;

    /// <summary>Some of its pairs.</summary>
    public PreferenceBatch Of(int[] pairs)
    {
        int[] rows = [.. pairs, .. pairs.Select(pair => Pairs + pair)];
        return new PreferenceBatch(Tokens.Rows(rows), Array.ConvertAll(rows, row => ReferenceLogProbs[row]))
        {
            Right = Right is null ? null : Array.ConvertAll(pairs, pair => Right[pair]),
        };
    }
}

/// <summary>Direct preference optimisation: a <see cref="PreferenceLoss"/> of beta (chosen log-ratio - rejected log-ratio), with the metric
/// names of trl. Log-ratios are of the policy to the reference.</summary>
internal sealed class DpoObjective(ILanguageModel model, PreferenceLoss preference) : IObjective<PreferenceBatch>
{
    private static readonly string[] Names =
        ["rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected"];

    public IReadOnlyList<string> MetricNames => preference.RpoAlpha is null ? Names : [.. Names, "nll_loss"];
    public double Weight(PreferenceBatch batch) => batch.Pairs;
    public long Tokens(PreferenceBatch batch) => batch.Tokens.Tokens;

    public PreferenceBatch? Share(PreferenceBatch batch, int rank, int count) =>
        count == 1 ? batch : rank < batch.Pairs ? batch.Of(
            [.. Enumerable.Range(0, batch.Pairs).Where(pair => pair % count == rank)]) : null;

    public Cost Evaluate(PreferenceBatch batch, Dropout? dropout, double? gradientScale) => ChunkedLoss.Run(
        model, batch.Tokens, [.. Enumerable.Range(0, batch.Pairs).Select(i => (int[])[i, batch.Pairs + i])], dropout, gradientScale,
        (part, logProbs) =>
            Of(batch, part, logProbs));

    /// <summary>What some pairs cost, from the log-probabilities of their tokens, pair by pair and chosen before rejected: [m].</summary>
    internal PartCost Of(PreferenceBatch batch, int[] part, Tensor logProbs)
    {
        using var scope = NewDisposeScope();
        var pairs = part.Length;
        int[] completions = [.. part, .. part.Select(i => batch.Pairs + i)];
        var lengths = Array.ConvertAll(completions, c => batch.Tokens.Completions[c].Length);
        var sums = PairSums(logProbs, lengths);                                                           // [2 pairs]
        var perToken = tensor(Array.ConvertAll(lengths, length => 1.0 / length), device: sums.device);
        var reference = tensor(Array.ConvertAll(completions, c => batch.ReferenceLogProbs[c]), device: sums.device);
        var policy = preference.OfMeans ? sums.mul(perToken) : sums;                                      // [2 pairs]
        var rewards = policy.sub(preference.OfMeans ? reference.mul(perToken) : reference).mul(preference.Beta);
        var margin = rewards.narrow(0, 0, pairs).sub(rewards.narrow(0, pairs, pairs));                    // [pairs]
        var loss = preference.Of(margin).sum();
        var metrics = Metrics(policy.detach(), rewards.detach(), pairs);
        if (preference.RpoAlpha is { } alpha)
        {
            var nll = sums.mul(perToken).narrow(0, 0, pairs).sum().neg();
            metrics.Add(new("nll_loss", nll.detach().to(ScalarType.Float64).cpu().item<double>()));
            loss = loss.add(nll.mul(alpha));
        }

        return new PartCost(loss.MoveToOuterDisposeScope(), metrics);
    }

    // Tokens come pair by pair, chosen before rejected; their sums go all chosen, all rejected.
    private static Tensor PairSums(Tensor logProbs, int[] lengths)
    {
        var pairs = lengths.Length / 2;
        var owner = Enumerable.Range(0, pairs)
            .SelectMany(i => Enumerable.Repeat((long)i, lengths[i]).Concat(Enumerable.Repeat((long)pairs + i, lengths[pairs + i])))
            .ToArray();
        return SequenceLogProbs.Sums(logProbs, owner, 2 * pairs);
    }

    private static List<KeyValuePair<string, double>> Metrics(Tensor policy, Tensor rewards, int pairs)
    {
        var reward = rewards.to(ScalarType.Float64).cpu().data<double>().ToArray();
        var logProbs = policy.to(ScalarType.Float64).cpu().data<double>().ToArray();
        var rows = Enumerable.Range(0, pairs).ToArray();
        double[] sums =
        [
            rows.Sum(i => reward[i]), rows.Sum(i => reward[pairs + i]), rows.Count(i => reward[i] > reward[pairs + i]),
            rows.Sum(i => reward[i] - reward[pairs + i]),
            rows.Sum(i => logProbs[i]), rows.Sum(i => logProbs[pairs + i]),
        ];
        return [.. Names.Zip(sums, (name, sum) => new KeyValuePair<string, double>(name, sum))];
    }
}
