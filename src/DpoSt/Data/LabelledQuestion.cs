using DpoSt.Verification;

namespace DpoSt.Data;

/// <summary>A question with its samples, sorted by verdict: what pairs and pseudo-labels are made from.</summary>
/// <param name="Question">The bare question.</param>
/// <param name="Gold">The gold rationale in GSM8K's form, or null for a pool question.</param>
/// <param name="Positives">Samples with the true final answer, repetitions included, in the order they were drawn.</param>
/// <param name="Negatives">The others.</param>
internal sealed record LabelledQuestion(string Question, string? Gold, IReadOnlyList<string> Positives, IReadOnlyList<string> Negatives)
{
    /// <summary>Sorts each problem's samples by verdict; a problem without samples is kept, samples of other problems are not.</summary>
    public static IReadOnlyList<LabelledQuestion> From(IEnumerable<Problem> problems, IEnumerable<Completion> completions)
    {
        var byProblem = completions.ToLookup(c => c.ProblemId, StringComparer.Ordinal);
        return [.. problems.Select(problem => new LabelledQuestion(
            problem.Question,
            problem.Answer,
            [.. byProblem[problem.Id].Where(c => c.Verdict == Verdict.Correct).Select(c => c.Text)],
            [.. byProblem[problem.Id].Where(c => c.Verdict != Verdict.Correct).Select(c => c.Text)]))];
    }

    /// <summary>Joins the samples of several runs (this and earlier iterations) by question, in the order of first appearance.</summary>
    public static IReadOnlyList<LabelledQuestion> Merge(params IEnumerable<IEnumerable<LabelledQuestion>> runs) =>
        [.. runs
            .SelectMany(run => run)
            .GroupBy(question => question.Question, StringComparer.Ordinal)
            .Select(same => new LabelledQuestion(
                same.Key,
                same.Select(q => q.Gold).FirstOrDefault(gold => gold is not null),
                [.. same.SelectMany(q => q.Positives)],
                [.. same.SelectMany(q => q.Negatives)]))];
}
