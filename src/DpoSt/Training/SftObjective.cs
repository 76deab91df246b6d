using DpoSt.Models;
using DpoSt.Tensors;

namespace DpoSt.Training;

/// <summary>Supervised fine-tuning: the negative log-likelihood of the completion's tokens.</summary>
internal sealed class SftObjective(ILanguageModel model) : IObjective<TokenBatch>
{
    public double Weight(TokenBatch batch) => batch.ScoredTokens;

    public long Tokens(TokenBatch batch) => batch.Tokens;

    public Cost Evaluate(TokenBatch batch, Dropout? dropout)
    {
        using var logProbs = model.TokenLogProbs(batch, dropout);             // [M]
        return new Cost(logProbs.sum().neg(), []);
    }
}
