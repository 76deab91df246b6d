using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Runs;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Sorts the samples of a run by their final answers, and estimates pass@k; without a format files may have any.</summary>
internal sealed record LabelStage(
    string Name, RunName Run, QuestionSet Questions, IReadOnlyList<(int Sample, string File)> Files, ExperimentFolder Folder,
    SampleFormat? Format = null) : IStage
{
    public object Options => new { Format, Questions.Verifier };

    public IReadOnlyList<StageInput> Inputs =>
        [.. Questions.JudgedInputs, .. Files.Select(f => new StageInput(Path.GetFileName(f.File), f.File))];

    public IReadOnlyList<string> Outputs => [Folder.Labelled(Run, Questions.Split)];

    string IStage.Run(RunContext context, Provenance? made)
    {
        var problems = Questions.Load();
        context.Reporter.Begin(
            Name, $"judge {Counted.Of(Files.Count, "sample")} of {Counted.Of(problems.Count, "question")}", Files.Count, "files");
        var labelled = LabelledQuestion.From(
            problems, Files.SelectMany(f => CompletionFile.Read(f.File, problems, f.Sample, Questions.Judge, Format)));
        LabelledQuestionFile.Write(Outputs[0], labelled);
        var solved = labelled.Count(q => q.Positives.Count > 0);
        var advice = solved == 0
            ? ": there is no right sample to learn from; fine-tune longer, sample more, or begin with a larger model"
            : "";
        return $"{solved} of {Counted.Of(labelled.Count, "question")} solved at least once{advice}; {Passes(labelled)}; "
            + Shown.Path(Folder.Results);
    }

    // Questions of the pool have no rationale: pass@k is of those the model was trained on, as in the paper's code.
    private string Passes(IReadOnlyList<LabelledQuestion> labelled)
    {
        int[] right =
        [
            .. labelled.Where(q => Questions.Split != ExperimentFolder.Train || q.Gold is not null).Select(q => q.Positives.Count)
        ];
        var passes = ResultsFile.Passes(Questions.Split, Files.Count, right);
        ResultsFile.Add(Folder.Results, Run.Text, passes);
        var of = right.Length < labelled.Count ? $" (of the {Counted.Of(right.Length, "question")} with rationales)" : "";
        return string.Join(", ", passes.Select(p => Invariant($"{p.Key} {100 * p.Value:0.0}"))) + of;
    }
}
