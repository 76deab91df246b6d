using DpoSt.Answering;
using DpoSt.Evaluation;
using DpoSt.Runs;
using DpoSt.Verification;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Counts the right greedy answers of a run to a split's questions.</summary>
internal sealed record CountGreedyStage(
    string Name, RunName Run, QuestionSet Questions, ExperimentFolder Folder, SampleFormat? Format) : IStage
{
    public object Options => new { Format, Questions.Verifier };

    public IReadOnlyList<StageInput> Inputs => [.. Questions.JudgedInputs, new("answers", Folder.Greedy(Run, Questions.Split))];

    public IReadOnlyList<string> Outputs => [];

    string IStage.Run(RunContext context, Provenance? made)
    {
        var problems = Questions.Load();
        context.Reporter.Begin(Name, $"judge {problems.Count} answers", 1, "files");
        var right = CompletionFile.Read(Folder.Greedy(Run, Questions.Split), problems, 0, Questions.Judge, Format)
            .Count(c => c.Verdict == Verdict.Correct);
        var (low, high) = WilsonInterval.Of(right, problems.Count);
        var share = (double)right / problems.Count;
        ResultsFile.Add(
            Folder.Results, Run.Text, new Dictionary<string, double>(StringComparer.Ordinal) { [$"{Questions.Split}@1"] = share });
        return $"{Run} on {Questions.Split}: {right} of {problems.Count} right, "
            + Invariant($"{100 * share:0.0} % [{100 * low:0.0}, {100 * high:0.0}]; ")
            + Shown.Path(Folder.Results);
    }
}
