using DpoSt.Data;
using DpoSt.Text;
using DpoSt.Verification;

namespace DpoSt.Evaluation;

/// <summary>The accuracy on questions of equally many steps.</summary>
/// <param name="Steps">Operations in the gold rationale.</param>
/// <param name="Greedy">The greedy answers to them.</param>
internal sealed record StepAccuracy(int Steps, Accuracy Greedy);

/// <summary>How the greedy answers use the calculator.</summary>
/// <param name="IsOn">Whether it wrote the results; else the calls are where it would have.</param>
/// <param name="Answers">Answers with at least one call.</param>
/// <param name="CallsPerAnswer">Calls, on average over all answers.</param>
internal sealed record CalculatorUse(bool IsOn, int Answers, double CallsPerAnswer);

/// <summary>What a model scored on one file of questions.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Data">The questions.</param>
/// <param name="Answers">The file with the greedy answers.</param>
/// <param name="SampledAnswers">The file with the samples, or null.</param>
/// <param name="LeftOut">Questions of the file whose answer is not a single number.</param>
/// <param name="Greedy">The greedy answers.</param>
/// <param name="Invalid">Greedy answers without a final answer that the verifier finds.</param>
/// <param name="Calculator">The use of the calculator.</param>
/// <param name="BySteps">The greedy answers by steps; empty where no question has a rationale.</param>
/// <param name="Samples">pass@k and maj@k; empty where nothing was sampled.</param>
internal sealed record EvaluationReport(
    string Model, string Data, string Answers, string? SampledAnswers, int LeftOut, Accuracy Greedy, int Invalid, CalculatorUse Calculator,
    IReadOnlyList<StepAccuracy> BySteps, IReadOnlyList<SampleScore> Samples)
{
    /// <summary>The accuracy of answers.</summary>
    internal static Accuracy Score(IReadOnlyCollection<Completion> answers) =>
        Accuracy.Of(answers.Count(a => a.Verdict == Verdict.Correct), answers.Count);

    /// <summary>Accuracy by steps, of the questions that have a rationale.</summary>
    internal static IReadOnlyList<StepAccuracy> ScoreBySteps(IReadOnlyList<Problem> problems, IReadOnlyList<Completion> greedy) =>
        [.. problems.Zip(greedy)
            .Where(pair => pair.First.Answer is not null)
            .GroupBy(pair => RationaleSteps.Count(pair.First.Answer!), pair => pair.Second)
            .OrderBy(group => group.Key)
            .Select(group => new StepAccuracy(group.Key, Score([.. group])))];

    /// <summary>pass@k and maj@k for k = 1, 2, 4, ... and for all samples.</summary>
    internal static IReadOnlyList<SampleScore> ScoreSamples(
        IReadOnlyList<Problem> problems, IReadOnlyList<Completion> sampled, IVerifier verifier)
    {
        var samples = sampled.Count / problems.Count;
        var powers = Enumerable.Range(0, 31).Select(power => 1 << power).TakeWhile(k => k < samples);
        return samples == 0 ? [] : [.. powers.Append(samples).Select(k => SampleScore.Of(k, samples, sampled, verifier))];
    }

    /// <summary>The use of the calculator in greedy answers.</summary>
    internal static CalculatorUse Calls(IReadOnlyList<Completion> greedy, CalculatorFormat format, bool isOn)
    {
        var calls = greedy.Select(answer => RationaleSteps.CountCalls(answer.Text, format)).ToArray();
        return new CalculatorUse(isOn, calls.Count(c => c > 0), calls.Average());
    }
}
