using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Runs;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Makes the rows of the next fine-tuning from gold rationales and right samples.</summary>
internal sealed record PseudoLabelsStage(string Name, RunName Run, SelectionSource Source, string To, string Results) : IStage
{
    public object Options => new { Source.Options, Source.Prompt };

    public IReadOnlyList<StageInput> Inputs => Source.Inputs;

    public IReadOnlyList<string> Outputs => [To];

    private double Percentile => Source.Options.Percentile;

    string IStage.Run(RunContext context, Provenance? made)
    {
        context.Reporter.Begin(Name, "keep right answers as rationales", Source.Labelled.Count, "files");
        var encoder = Source.NewEncoder();
        var questions = Source.Questions();
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
            context.Reporter.Note(LearningCheck.NoOwnRationale(Run.Text, questions));
        }

        var cut = labels.Found - labels.Rows.Count;
        return $"{Counted.Of(labels.Rows.Count, "rationale")}, {gold} gold and {own} of the models' own"
            + (cut == 0 ? "" : Invariant($" ({cut} more are beyond {labels.Threshold} a question, by selection.percentile {Percentile})"))
            + $"; {Shown.Path(Path.GetDirectoryName(To)!)}";
    }
}
