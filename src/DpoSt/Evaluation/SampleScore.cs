using DpoSt.Data;
using DpoSt.Verification;

namespace DpoSt.Evaluation;

/// <summary>What samples are worth, k of them a question.</summary>
/// <param name="K">k.</param>
/// <param name="Pass">pass@k, estimated from all samples (<see cref="PassAtK"/>).</param>
/// <param name="Majority">maj@k: the share of questions on which the first k samples vote for the true answer.</param>
internal sealed record SampleScore(int K, double Pass, double Majority)
{
    /// <summary>Scores samples, problem by problem, equally many each.</summary>
    /// <param name="k">How many of them count.</param>
    /// <param name="samples">How many each problem has.</param>
    /// <param name="sampled">The samples, as <paramref name="verifier"/> has judged them.</param>
    /// <param name="verifier">Tells which final answers are the same.</param>
    public static SampleScore Of(int k, int samples, IReadOnlyList<Completion> sampled, IVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(sampled);
        ArgumentNullException.ThrowIfNull(verifier);
        var perProblem = sampled.Chunk(samples).ToArray();
        return new(
            k,
            perProblem.Average(s => PassAtK.Estimate(samples, s.Count(c => c.Verdict == Verdict.Correct), k)),
            perProblem.Average(s => MajorityVote.Winner(s.Take(k).Select(c => c.Found), verifier.AreSame) is { } winner
                && s[winner].Verdict == Verdict.Correct ? 1.0 : 0.0));
    }
}
