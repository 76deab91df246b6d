using DpoSt.Evaluation;
using DpoSt.Runs;

namespace DpoSt.Studies;

/// <summary>A model of an arm, over all seeds that are finished.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Run">The model's run.</param>
/// <param name="Set">What it answered.</param>
/// <param name="Greedy">Right greedy answers as a fraction, seed by seed.</param>
/// <param name="WithoutCalculator">Its mean without the calculator.</param>
/// <param name="PassAtN">Its mean pass@n; null where nothing was sampled.</param>
/// <param name="Samples">n.</param>
/// <param name="Budget">What it took, of the first seed.</param>
internal sealed record StudyRow(
    string Arm, string Run, string Set, IReadOnlyList<double> Greedy, double WithoutCalculator, double? PassAtN, int Samples,
    RunBudget Budget)
{
    /// <summary>The mean over seeds.</summary>
    public double Mean => Greedy.Average();

    /// <summary>The standard deviation over seeds; 0 of a single one.</summary>
    public double Deviation => Greedy.Count < 2 ? 0 : Math.Sqrt(Greedy.Sum(g => (g - Mean) * (g - Mean)) / (Greedy.Count - 1));
}

/// <summary>What may carry an effect, by arm and run, as means over seeds; null where a run has none.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Run">The run whose samples were chosen from, or that was tuned on pairs.</param>
/// <param name="PairedQuestions">The share of questions with a pair of its samples.</param>
/// <param name="RightRationales">Distinct right rationales a question that were kept of these and earlier samples, gold included.</param>
/// <param name="OwnRows">The share of those that models wrote.</param>
/// <param name="Chosen">How the log-probability of chosen completions changed over its tuning, in nats.</param>
/// <param name="Rejected">The same of rejected ones.</param>
/// <param name="Kl">Its distance from its reference, in nats an answer.</param>
internal sealed record StudyMediators(
    string Arm, string Run, double? PairedQuestions, double? RightRationales, double? OwnRows, double? Chosen, double? Rejected,
    double? Kl);

/// <summary>A difference between two rows on the seeds that both have.</summary>
internal sealed record StudyDifference(string First, string Second, string Set, int Seeds, PairedBootstrap Difference);

/// <summary>What the finished cells of a study say.</summary>
/// <param name="Study">The study.</param>
/// <param name="Finished">How many cells are finished.</param>
/// <param name="Rows">Every model of every arm on every set.</param>
/// <param name="Mediators">What may carry the differences.</param>
/// <param name="Differences">What the study compares.</param>
internal sealed record StudySummary(
    Study Study, int Finished, IReadOnlyList<StudyRow> Rows, IReadOnlyList<StudyMediators> Mediators,
    IReadOnlyList<StudyDifference> Differences)
{
    /// <summary>Reads the cells that are finished with the study's settings as they are now.</summary>
    /// <exception cref="UserErrorException">A cell's file is broken.</exception>
    public static StudySummary Read(Study study)
    {
        ArgumentNullException.ThrowIfNull(study);
        List<CellResult> cells = [.. study.Cells.Select(Current).OfType<CellResult>()];
        var rows = study.Arms.SelectMany(arm => cells.Where(c => c.Arm == arm.Name)
            .SelectMany(c => c.Scores.Select(s => (Cell: c, Score: s)))
            .GroupBy(t => (t.Score.Run, t.Score.Set))
            .Select(same => new StudyRow(
                arm.Name, same.Key.Run, same.Key.Set, [.. same.Select(t => t.Score.Greedy)],
                same.Average(t => t.Score.WithoutCalculator), same.Average(t => t.Score.PassAtN), same.First().Score.Samples,
                same.First().Cell.Budgets.Single(b => b.Run == same.Key.Run))));
        return new StudySummary(
            study, cells.Count, [.. rows], [.. study.Arms.SelectMany(arm => MediatorsOf(arm.Name, cells))],
            [.. study.Comparisons.SelectMany(c => Compare(c, cells))]);
    }

    private static IEnumerable<StudyMediators> MediatorsOf(string arm, List<CellResult> cells)
    {
        var own = cells.Where(c => c.Arm == arm).ToList();
        var chosen = own.SelectMany(c => c.Selections).ToLookup(s => s.Run, StringComparer.Ordinal);
        var tuned = own.SelectMany(c => c.LogProbs).ToLookup(s => s.Run, StringComparer.Ordinal);
        var distances = own.SelectMany(c => c.Distances).ToLookup(d => d.Run, StringComparer.Ordinal);
        return chosen.Select(g => g.Key).Union(tuned.Select(g => g.Key), StringComparer.Ordinal)
            .Union(distances.Select(g => g.Key), StringComparer.Ordinal)
            .OrderBy(run => RunName.Parse(run).Number).ThenBy(run => run, StringComparer.Ordinal)
            .Select(run => new StudyMediators(
                arm, run, chosen[run].Average(s => s.PairedQuestions), chosen[run].Average(s => s.RightRationales),
                chosen[run].Average(s => s.OwnRows), tuned[run].Average(t => (double?)(t.ChosenLast - t.ChosenFirst)),
                tuned[run].Average(t => (double?)(t.RejectedLast - t.RejectedFirst)), distances[run].Average(d => (double?)d.Kl)));
    }

    private static CellResult? Current(StudyCell cell) =>
        CellResult.Read(cell.File) is { } result && cell.Configuration is var configuration
        && result.Key == cell.Key(configuration, cell.Plan(configuration)) ? result : null;

    private static IEnumerable<StudyDifference> Compare(StudyComparison comparison, List<CellResult> cells)
    {
        var (first, second) = (Of(comparison.FirstArm), Of(comparison.SecondArm));
        int[] seeds = [.. first.Keys.Intersect(second.Keys).Order()];
        if (seeds.Length == 0)
        {
            yield break;
        }

        var (a, b) = (
            comparison.FirstRun ?? Last(first[seeds[0]]), comparison.SecondRun ?? Last(second[seeds[0]]));
        foreach (var set in first[seeds[0]].Scores.Select(s => s.Set).Distinct(StringComparer.Ordinal))
        {
            yield return new StudyDifference(
                $"{comparison.FirstArm} {a}", $"{comparison.SecondArm} {b}", set, seeds.Length,
                PairedBootstrap.CompareRuns(
                    [.. seeds.Select(seed => Verdicts(first[seed], a, set))], [.. seeds.Select(seed => Verdicts(second[seed], b, set))]));
        }

        Dictionary<int, CellResult> Of(string arm) => cells.Where(c => c.Arm == arm).ToDictionary(c => c.Seed);
    }

    private static string Last(CellResult cell) => RunName.ResultOf(cell.Scores.Select(s => RunName.Parse(s.Run)))!.Text;

    private static bool[] Verdicts(CellResult cell, string run, string set) =>
        (cell.Scores.FirstOrDefault(s => s.Run == run && s.Set == set) ?? throw new UserErrorException(
            $"the arm {cell.Arm} has no model {run}; "
            + $"its models are {string.Join(", ", cell.Scores.Select(s => s.Run).Distinct(StringComparer.Ordinal))}.")).Verdicts();
}
