using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Data.Reports;
using DpoSt.Evaluation;
using DpoSt.Runs;
using DpoSt.Text;
using DpoSt.Verification;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Makes the rows of the next fine-tuning from gold rationales and right samples.</summary>
internal sealed record PseudoLabelsStage(string Name, RunName Run, SelectionSource Source, string To, string Results) : IStage
{
    /// <summary>Of a teacher's answers, which are as it wrote them, whether their plain calculations are annotated; null of the models'
    /// own.</summary>
    public bool? TeachesCalculator { get; init; }

    public object Options => TeachesCalculator is null ? new { Source.Options, Source.Prompt }
        : new { Source.Options, Source.Prompt, TeachesCalculator };

    public IReadOnlyList<StageInput> Inputs => Source.Inputs;

    public IReadOnlyList<string> Outputs => [To];

    private double Percentile => Source.Options.Percentile;

    string IStage.Run(RunContext context, Provenance? made)
    {
        context.Reporter.Begin(Name, "keep right answers as rationales", Source.Labelled.Count, "files");
        var encoder = Source.NewEncoder();
        var questions = TeachesCalculator is { } annotates ? Taught(encoder.Format, annotates) : Source.Questions();
        var labels = PseudoLabels.Build(questions, encoder.Format, encoder.TokenSet, Source.Options);
        RationaleFile.Write(To, labels.Rows);
        ResultsFile.Count(Results, Run.Text, "generated_sft_data", labels.Rows.Count);
        var gold = questions.Count(question => question.Gold is not null);              // a question's gold rationale is never cut
        var own = labels.Rows.Count - gold;
        ResultsFile.Count(Results, Run.Text, "gold_rationales", gold);
        ResultsFile.Count(Results, Run.Text, "own_rationales", own);
        var shares = new Dictionary<string, double>(StringComparer.Ordinal) { ["own_rows"] = (double)own / Math.Max(1, labels.Rows.Count) };
        ResultsFile.Add(Results, Run.Text, shares);
        ResultsFile.Measure(Results, Run.Text, "right_rationales_a_question", (double)labels.Rows.Count / Math.Max(1, questions.Count));
        if (own == 0)
        {
            context.Reporter.Note(TeachesCalculator is null ? LearningCheck.NoOwnRationale(Run.Text, questions)
                : "no answer of the teacher is right and new, so nothing is learnt of it: look at what it wrote, beside the rows, and tell "
                    + "it where its final answer has to stand (loop.teacher.system), or choose another data.verifier.");
        }

        var cut = labels.Found - labels.Rows.Count;
        var whose = TeachesCalculator is null ? "models' own" : "teacher's";
        return $"{Counted.Of(labels.Rows.Count, "rationale")}, {gold} gold and {own} of the {whose}"
            + (cut == 0 ? "" : Invariant($" ({cut} more are beyond {labels.Threshold} a question, by selection.percentile {Percentile})"))
            + $"; {Shown.Path(Path.GetDirectoryName(To)!)}";
    }

    // In the model's format, as gold rationales are; a gold answer without steps is none beside answers that have them.
    private IReadOnlyList<LabelledQuestion> Taught(PromptFormat format, bool annotates) =>
        [.. Source.Questions().Select(question => question with
        {
            Gold = question.Gold is { } gold && question.Positives.Count > 0 && GoldText.IsAllOf(gold, null) ? null : question.Gold,
            Positives = [.. question.Positives.Select(text => format.Target(annotates ? Annotations.Annotate(text) : text))],
        })];
}
