using DpoSt.Text.Chat;
using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Evaluation;
using DpoSt.Runs;
using DpoSt.Verification;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Evaluates a run's model on every test set: greedily with and without the calculator, and by samples if any.</summary>
internal sealed record EvaluateStage(
    string Name, RunName Run, IReadOnlyList<QuestionSet> Sets, AnswerOptions Answers, int Samples, ExperimentFolder Folder,
    PromptOptions Prompt) : IStage
{
    public object Options => new { Answers, Samples, Sets = Sets.Select(set => new { set.Split, set.Verifier }), Prompt };

    public IReadOnlyList<StageInput> Inputs =>
        [.. ModelInputs.Of(Folder.Model(Run)),
            .. Sets.Select(set => new StageInput(SftStage.RoleOf($"{set.Split} questions", set.Columns), set.File)),
            .. Sets[0].JudgedInputs.Where(input => input.Role == "verifier")];

    public IReadOnlyList<string> Outputs => [Folder.Evaluation(Run)];

    public bool IsShared => true;

    public string Cost(RunContext context, bool isReady) => $"{Sets.Sum(set => (long)set.Load().Count) * (2 + Samples)} answers";

    string IStage.Run(RunContext context, Provenance? made)
    {
        var model = Folder.Model(Run);
        var sets = Sets.Select(set => (Set: set, Problems: set.Load())).ToList();
        context.Reporter.Begin(
            Name, $"{Shown.Path(model)} answers {string.Join(", ", sets.Select(s => $"{s.Problems.Count} of {s.Set.Split}"))}",
            sets.Sum(s => (long)s.Problems.Count) * (2 + Samples), "answers");
        using var bundle = ModelBundle.Load(model, Prompt, context, toRead: true, Answers.Compute);
        var done = 0L;
        var measures = new Dictionary<string, double>(StringComparer.Ordinal);
        var rows = sets.ConvertAll(s => Evaluate(s.Set, s.Problems));
        if (!context.IsFirst)
        {
            return "";
        }

        EvaluationFile.Write(Outputs[0], rows.ConvertAll(row => row!));
        ResultsFile.Add(Folder.Results, Run.Text, measures);
        foreach (var finding in Findings(rows[0]!))
        {
            context.Reporter.Note(finding);
        }

        return string.Join(
            "; ", rows.Select(r => $"{r!.DataSet}: {r.Greedy:0.0 %} right greedily [{r.GreedyLow:0.0 %}, {r.GreedyHigh:0.0 %}]"));

        EvaluationRow? Evaluate(QuestionSet set, IReadOnlyList<Problem> problems)
        {
            var greedy = Answer(Answers.Greedy, [(0, Folder.Greedy(Run, set.Split))]);
            var bare = Answer(Answers.Greedy with { UseCalculator = false }, [(0, Folder.GreedyWithoutCalculator(Run, set.Split))]);
            var sampled = Answer(
                Answers,
                [.. Enumerable.Range(0, Samples).Select(s => (s, Folder.Sample(Run, set.Split, s, Answers.Decoding.Temperature)))]);
            if (!context.IsFirst)
            {
                return null;
            }

            var row = EvaluationRow.Of(Run.Text, set.Split, problems, greedy, bare, sampled, set.Judge);
            measures[$"{set.Split}@1"] = row.Greedy;
            if (Samples > 1)
            {
                int[] right = [.. sampled.Chunk(Samples).Select(c => c.Count(s => s.Verdict == Verdict.Correct))];
                foreach (var (name, pass) in ResultsFile.Passes(set.Split, Samples, right))
                {
                    measures[name] = pass;
                }
            }

            return row;

            // Problem by problem, then sample by sample.
            IReadOnlyList<Completion> Answer(AnswerOptions options, IReadOnlyList<(int Sample, string File)> files)
            {
                var before = done;
                var source = new AnswerSource(model, set.Inputs, options, SampleFormat.Dpost, Prompt, set.Judge);
                var from = context.IsFirst ? Provenance.Of(source.Options, source.Inputs) : null;
                new AnswerFiles(context, new Answerer(bundle, context, source.Verifier), problems, source)
                    .Make(files, from, n => context.Reporter.Advance(done = before + n));
                return !context.IsFirst ? []
                    : [.. files.SelectMany(f => Judged(f.Sample, f.File).Index()).OrderBy(c => c.Index).Select(c => c.Item)];

                IReadOnlyList<Completion> Judged(int sample, string file)
                {
                    var judged = CompletionFile.Read(file, problems, sample, set.Judge);
                    if (CompletionFile.Refresh(file, judged))
                    {
                        from!.Write(file);
                    }

                    return judged;
                }
            }
        }
    }

    private IEnumerable<string> Findings(EvaluationRow row)
    {
        var before = LearningCheck.Before(Run) is { } name && File.Exists(Folder.Evaluation(name)) ? Folder.Evaluation(name) : null;
        return ((string?[])
        [
            LearningCheck.SameWeights(Run, Folder.Model),
            before is null ? null
                : LearningCheck.Fell(row, EvaluationFile.Read(before).FirstOrDefault(other => other.DataSet == row.DataSet)),
        ]).OfType<string>();
    }
}
