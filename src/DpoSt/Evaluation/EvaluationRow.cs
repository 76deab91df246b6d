using DpoSt.Data;
using DpoSt.Verification;

namespace DpoSt.Evaluation;

/// <summary>What a model scored on one data set. Numbers are fractions of its problems.</summary>
/// <param name="Run">The model's run, such as <c>sft-1</c>.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Problems">How many problems it has.</param>
/// <param name="Greedy">Correct greedy answers, calculator on.</param>
/// <param name="GreedyLow">Lower end of the 95 % interval (Wilson).</param>
/// <param name="GreedyHigh">Upper end.</param>
/// <param name="GreedyWithoutCalculator">Correct greedy answers, calculator off.</param>
/// <param name="PassAt1">pass@1 of the samples (unbiased); null, as the two below, where nothing was sampled.</param>
/// <param name="PassAtN">pass@n with n all samples.</param>
/// <param name="MajorityAtN">The samples' most frequent answer is correct.</param>
/// <param name="Samples">n.</param>
/// <param name="Correct">For each problem whether the greedy answer is correct; what models are compared by.</param>
internal sealed record EvaluationRow(
    string Run, string DataSet, int Problems, double Greedy, double GreedyLow, double GreedyHigh, double GreedyWithoutCalculator,
    double? PassAt1, double? PassAtN, double? MajorityAtN, int Samples, bool[] Correct)
{
    /// <summary>Scores a model's answers; <paramref name="sampled"/> holds each problem's samples side by side.</summary>
    internal static EvaluationRow Of(
        string run, string dataSet, IReadOnlyList<Problem> problems, IReadOnlyList<Completion> greedy,
        IReadOnlyList<Completion> withoutCalculator, IReadOnlyList<Completion> sampled, IVerifier verifier)
    {
        var samples = sampled.Count / problems.Count;
        var (atOne, atAll) = samples == 0
            ? ((SampleScore?)null, (SampleScore?)null)
            : (SampleScore.Of(1, samples, sampled, verifier), SampleScore.Of(samples, samples, sampled, verifier));
        var correct = greedy.Select(c => c.Verdict == Verdict.Correct).ToArray();
        var (low, high) = WilsonInterval.Of(correct.Count(c => c), problems.Count);
        return new EvaluationRow(
            run, dataSet, problems.Count, Share(greedy), low, high, Share(withoutCalculator),
            atOne?.Pass, atAll?.Pass, atAll?.Majority, samples, correct);

        static double Share(IReadOnlyList<Completion> c) => (double)c.Count(x => x.Verdict == Verdict.Correct) / c.Count;
    }
}
