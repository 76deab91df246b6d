using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Runs;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Makes the rows of the next fine-tuning from gold rationales and right samples.</summary>
internal sealed record PseudoLabelsStage(string Name, RunName Run, SelectionSource Source, string To, string Results) : IStage
{
    public object Options => new { Source.Options, Source.Prompt };

    public IReadOnlyList<StageInput> Inputs => Source.Inputs;

    public IReadOnlyList<string> Outputs => [To];

    string IStage.Run(RunContext context, Provenance? made)
    {
        context.Reporter.Begin(Name, "keep right answers as rationales", Source.Labelled.Count, "files");
        var encoder = Source.NewEncoder();
        var questions = Source.Questions();
        var labels = PseudoLabels.Build(questions, encoder.Format, encoder.TokenSet, Source.Options);
        RationaleFile.Write(To, labels.Rows);
        ResultsFile.Count(Results, Run.Text, "generated_sft_data", labels.Rows.Count);
        var own = labels.Rows.Count - questions.Count(question => question.Gold is not null);
        var shares = new Dictionary<string, double>(StringComparer.Ordinal) { ["own_rows"] = (double)own / Math.Max(1, labels.Rows.Count) };
        ResultsFile.Add(Results, Run.Text, shares);
        return $"{labels.Rows.Count} rationales kept of {labels.Found}, at most {labels.Threshold} a question; "
            + Shown.Path(Path.GetDirectoryName(To)!);
    }
}
