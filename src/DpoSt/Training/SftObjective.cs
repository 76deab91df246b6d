using DpoSt.Models;
using DpoSt.Tensors;

namespace DpoSt.Training;

/// <summary>Supervised fine-tuning: the negative log-likelihood of the completion's tokens.</summary>
internal sealed class SftObjective(ILanguageModel model) : IObjective<TokenBatch>
{
    public double Weight(TokenBatch batch) => batch.ScoredTokens;

    public long Tokens(TokenBatch batch) => batch.Tokens;

    public Cost Evaluate(TokenBatch batch, Dropout? dropout, double? gradientScale) => ChunkedLoss.Run(
        model, batch, [.. batch.Completions.Select((_, c) => (int[])[c])], dropout, gradientScale, (_, logProbs) => new PartCost(logProbs.sum().neg(), []));
}
