using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Parallel;
using DpoSt.Runs;
using static TorchSharp.torch;

namespace DpoSt.SelfTraining;

/// <summary>Evaluates a run's model on every test set: greedily with and without the calculator, and by samples.</summary>
internal static class ModelEvaluation
{
    private const string WithoutCalculatorName = "greedy_decode-no_calc.json";

    /// <summary>
    /// Answers every test set by all ranks of a group, keeps the answers beside the results, and gives a sentence about the first set. What an
    /// interruption left is taken over, unless <paramref name="fresh"/>.
    /// </summary>
    public static string Run(
        string stage, string run, LoopPlan plan, Device device, bool fresh, IProcessGroup group, string output, IStageReporter reporter,
        CancellationToken cancel)
    {
        var sets = plan.TestSets.Select(set => (set.Key, Problems: (IReadOnlyList<Problem>)ProblemSet.Load(set.Value))).ToList();
        var total = sets.Sum(s => (long)s.Problems.Count) * (2 + plan.EvalSamples);
        reporter.Begin(
            stage,
            $"{StageActions.Shown(plan.ModelOf(run))} answers {string.Join(", ", sets.Select(s => $"{s.Problems.Count} of {s.Key}"))}",
            total, "answers");
        using var bundle = ModelBundle.Load(plan.ModelOf(run), plan.ReferenceText, device, toRead: true, plan.Answers(0, plan.UseCalculator).Compute);
        var done = 0L;
        var journals = new List<AnswerJournal>();                  // of all sets: they stay until the last is done
        var measures = new Dictionary<string, double>(StringComparer.Ordinal);
        var rows = sets.ConvertAll(set =>
        {
            var folder = plan.OutputsOf(run, set.Key);
            var (greedyFile, bareFile) = (Path.Combine(folder, SampleFile.GreedyName), Path.Combine(folder, WithoutCalculatorName));
            var greedy = Answer(set.Problems, 1, plan.Answers(0, plan.UseCalculator), greedyFile);
            var bare = Answer(set.Problems, 1, plan.Answers(0, calculator: false), bareFile);
            var sampled = Answer(
                set.Problems, plan.EvalSamples, plan.Answers(plan.Temperature, plan.UseCalculator),
                Path.Combine(folder, SampleFile.Name(0, plan.Temperature)));
            if (group.Rank == 0)
            {
                CompletionFile.Write(greedyFile, greedy, set.Problems);
                CompletionFile.Write(bareFile, bare, set.Problems);
                for (var s = 0; s < plan.EvalSamples; s++)
                {
                    CompletionFile.Write(Path.Combine(folder, SampleFile.Name(s, plan.Temperature)), sampled.Where(c => c.Sample == s), set.Problems);
                }
            }

            var row = EvaluationRow.Of(run, set.Key, set.Problems, greedy, bare, sampled);
            measures[$"{set.Key}@1"] = row.Greedy;
            if (plan.EvalSamples > 1)
            {
                foreach (var (name, pass) in ResultsFile.Passes(set.Key, plan.EvalSamples, [.. sampled.Chunk(plan.EvalSamples).Select(c => c.Count(s => s.Verdict == Verdict.Correct))]))
                {
                    measures[name] = pass;
                }
            }

            return row;
        });
        if (group.Rank == 0)
        {
            EvaluationFile.Write(output, rows);
            ResultsFile.Add(plan.ResultsFile, run, measures);
            journals.ForEach(journal => journal.Remove());
        }

        return string.Join("; ", rows.Select(r => $"{r.DataSet}: {r.Greedy:0.0 %} right greedily [{r.GreedyLow:0.0 %}, {r.GreedyHigh:0.0 %}]"));

        IReadOnlyList<Completion> Answer(IReadOnlyList<Problem> problems, int samples, AnswerOptions options, string file)
        {
            var before = done;
            if (fresh)
            {
                RankedSampling.RemoveJournals(group, [file]);
            }

            using var journal = RankedSampling.JournalOf(group, file, reporter.Note);
            journals.Add(journal);
            return samples == 0
                ? []
                : RankedSampling.Run(
                    group, bundle, problems, [.. Enumerable.Range(0, samples)], options, journal, n => reporter.Advance(done = before + n),
                    cancel);
        }
    }
}
