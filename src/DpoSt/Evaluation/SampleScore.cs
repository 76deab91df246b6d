using DpoSt.Data;
using DpoSt.Verification;

namespace DpoSt.Evaluation;

/// <summary>What samples are worth, k of them a question.</summary>
/// <param name="K">k.</param>
/// <param name="Pass">pass@k, estimated from all samples (<see cref="PassAtK"/>).</param>
/// <param name="Majority">maj@k: the share of questions on which the first k samples vote for the true answer.</param>
public sealed record SampleScore(int K, double Pass, double Majority)
{
    /// <summary>Scores samples, problem by problem, equally many each.</summary>
    public static SampleScore Of(int k, IReadOnlyList<Problem> problems, IReadOnlyList<Completion> sampled)
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(sampled);
        var samples = sampled.Count / problems.Count;
        var perProblem = sampled.Chunk(samples).ToArray();
        return new(
            k,
            perProblem.Average(s => PassAtK.Estimate(samples, s.Count(c => c.Verdict == Verdict.Correct), k)),
            perProblem.Zip(problems, (s, p) => FinalAnswer.AreSame(Vote(s), p.Ans) ? 1.0 : 0.0).Average());

        double? Vote(Completion[] samples) => MajorityVote.Winner(samples.Take(k).Select(c => FinalAnswer.Extract(c.Text)));
    }
}
