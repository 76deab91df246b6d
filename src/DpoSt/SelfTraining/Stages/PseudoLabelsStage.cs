using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Runs;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Makes the rows of the next fine-tuning from gold rationales and right samples.</summary>
/// <param name="Name">Such as <c>pseudo-labels dpo-1</c>.</param>
/// <param name="Run">The run whose samples they are.</param>
/// <param name="Source">What they are made from.</param>
/// <param name="To">The file of rows.</param>
/// <param name="Results">The experiment's results, which count them.</param>
internal sealed record PseudoLabelsStage(string Name, RunName Run, SelectionSource Source, string To, string Results) : IStage
{
    public object Options => new { Source.Options, Source.PaperText };

    public IReadOnlyList<StageInput> Inputs => Source.Inputs;

    public IReadOnlyList<string> Outputs => [To];

    public bool IsShared => false;

    public string Cost(RunContext context, bool isReady) => "no model at work";

    string IStage.Run(RunContext context, Provenance? made)
    {
        context.Reporter.Begin(Name, "keep right answers as rationales", Source.Labelled.Count, "files");
        var encoder = Source.NewEncoder();
        var labels = PseudoLabels.Build(Source.Questions(), encoder.Format, encoder.TokenSet, Source.Options);
        RationaleFile.Write(To, labels.Rows);
        ResultsFile.Count(Results, Run.Text, "generated_sft_data", labels.Rows.Count);
        return $"{labels.Rows.Count} rationales kept of {labels.Found}, at most {labels.Threshold} a question; "
            + Shown.Path(Path.GetDirectoryName(To)!);
    }
}
