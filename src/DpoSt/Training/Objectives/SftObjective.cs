using DpoSt.Models;
using DpoSt.Tensors.Kernels;

namespace DpoSt.Training.Objectives;

/// <summary>Supervised fine-tuning: the negative log-likelihood of the completion's tokens.</summary>
internal sealed class SftObjective(ILanguageModel model) : IObjective<TokenBatch>
{
    public IReadOnlyList<string> MetricNames => [];
    public double Weight(TokenBatch batch) => batch.ScoredTokens;
    public long Tokens(TokenBatch batch) => batch.Tokens;

    public TokenBatch? Share(TokenBatch batch, int rank, int count) =>
        count == 1
            ? batch
            : rank < batch.Completions.Count
            ? batch.Rows([.. Enumerable.Range(0, batch.Completions.Count).Where(row => row % count == rank)])
            : null;

    public Cost Evaluate(TokenBatch batch, Dropout? dropout, double? gradientScale) => ChunkedLoss.Run(
        model, batch, [.. batch.Completions.Select((_, c) => (int[])[c])], dropout, gradientScale, (_, logProbs) =>
            new PartCost(logProbs.sum().neg(), []));
}
