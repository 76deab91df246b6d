using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Runs;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Makes preference pairs from labelled samples, and withholds some questions' pairs for evaluation; or rows without pairs.
/// </summary>
internal sealed record PairsStage(
    string Name, RunName Run, SelectionSource Source, string To, string Results, bool Unpaired = false) : IStage
{
    /// <summary>The paper's code evaluates on this many of the training pairs.</summary>
    private const int PaperEvalPairs = 320;

    public object Options => new { Source.Options, Source.Prompt };

    public IReadOnlyList<StageInput> Inputs => Source.Inputs;

    public IReadOnlyList<string> Outputs => Unpaired ? [Path.Combine(To, JudgedRowFile.Name("train"))] :
        [.. ((string[])["train", "eval"]).Select(split => Path.Combine(To, PreferencePairFile.Name(split)))];

    string IStage.Run(RunContext context, Provenance? made)
    {
        context.Reporter.Begin(Name, "pair right answers with wrong ones", Source.Labelled.Count, "files");
        var encoder = Source.NewEncoder();
        var questions = Source.Questions();
        if (Unpaired)
        {
            return Judge(JudgedRows.Build(questions, encoder.Format, encoder.TokenSet, Source.Options));
        }

        var (train, eval) = Source.Prompt.PaperText ? FirstPairs(Build(questions)) : (Pairs(withheld: false), Pairs(withheld: true));
        if (train.Count == 0)
        {
            (train, eval) = (eval, []);                        // of very few questions all may be among those to withhold
        }

        if (train.Count == 0)
        {
            throw new UserErrorException(
                $"{Source.Labelled[^1].File}: no question has both a right and a wrong answer, so there is nothing to learn "
                + $"from: {LearningCheck.WithoutPair(questions)}.");
        }

        PreferencePairFile.Write(Outputs[0], train);
        PreferencePairFile.Write(Outputs[1], eval);
        ResultsFile.Count(Results, Run.Text, "generated_dpo_data", train.Count);
        var paired = train.Concat(eval).Select(pair => pair.Prompt).Distinct(StringComparer.Ordinal).Count();
        var shares = new Dictionary<string, double>(StringComparer.Ordinal) { ["questions_with_pairs"] = (double)paired / questions.Count };
        ResultsFile.Add(Results, Run.Text, shares);
        if (LearningCheck.FewPairs(Run.Text, shares["questions_with_pairs"], questions) is { } few)
        {
            context.Reporter.Note(few);
        }

        return $"{train.Count} pairs to train on, {eval.Count} withheld{Origin([.. train.Concat(eval)])}; {Shown.Path(To)}";

        // A right answer to learn from may be the gold rationale.
        string Origin(IReadOnlyList<PreferencePair> pairs)
        {
            var gold = questions.Where(q => q.Gold is not null)
                .Select(q => (encoder.Format.Prompt(q.Question), encoder.Format.Target(q.Gold!)))
                .ToHashSet();
            var prefers = pairs.Count(pair => gold.Contains((pair.Prompt, pair.Chosen)));
            var full = pairs.GroupBy(pair => pair.Prompt, StringComparer.Ordinal).Count(same => same.Count() == Source.Options.MaxPairs);
            return $" (of {Counted.Of(paired, "question")}; {prefers} prefer the gold rationale, {pairs.Count - prefers} a model's own"
                + (full == 0 ? ")" : $"; {Counted.Of(full, "question")} at the cap selection.max_pairs {Source.Options.MaxPairs})");
        }

        IReadOnlyList<PreferencePair> Build(IEnumerable<LabelledQuestion> of) => PairBuilder.Build(
            of, encoder.Format, encoder.TokenSet, Source.Options);
        IReadOnlyList<PreferencePair> Pairs(bool withheld) =>
            Build(questions.Where(q => WithheldQuestions.Holds(q) == withheld));
    }

    private string Judge(IReadOnlyList<JudgedRow> rows)
    {
        var right = rows.Count(row => row.IsRight);
        if (right == 0 || right == rows.Count)
        {
            throw new UserErrorException(
                $"{Source.Labelled[^1].File}: all answers are {(right == 0 ? "wrong" : "right")}, so there is nothing to learn from; "
                + "sample more, or at another temperature.");
        }

        JudgedRowFile.Write(Outputs[0], rows);
        ResultsFile.Count(Results, Run.Text, "generated_kto_data", rows.Count);
        return $"{right} right and {rows.Count - right} wrong rationales to train on; {Shown.Path(To)}";
    }

    private static (IReadOnlyList<PreferencePair> Train, IReadOnlyList<PreferencePair> Eval) FirstPairs(
        IReadOnlyList<PreferencePair> pairs) => (pairs, [.. pairs.Take(PaperEvalPairs)]);
}
