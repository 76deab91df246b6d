using DpoSt.Answering;
using DpoSt.Data;
using DpoSt.Evaluation;
using DpoSt.Runs;
using static System.FormattableString;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Counts the right greedy answers of a run to a split's questions.</summary>
/// <param name="Name">Such as <c>eval-greedy sft-1</c>.</param>
/// <param name="Run">The run.</param>
/// <param name="Questions">What it answered.</param>
/// <param name="Folder">The experiment.</param>
/// <param name="Format">What the file must be; null takes any.</param>
internal sealed record CountGreedyStage(
    string Name, RunName Run, QuestionSet Questions, ExperimentFolder Folder, SampleFormat? Format) : IStage
{
    public object Options => new { Format };

    public IReadOnlyList<StageInput> Inputs => [.. Questions.Inputs, new("answers", Folder.Greedy(Run, Questions.Split))];

    public IReadOnlyList<string> Outputs => [];

    public bool IsShared => false;

    public string Cost(RunContext context, bool isReady) => "no model at work";

    string IStage.Run(RunContext context, Provenance? made)
    {
        var problems = Questions.Load();
        context.Reporter.Begin(Name, $"judge {problems.Count} answers", 1, "files");
        var right = CompletionFile.Read(Folder.Greedy(Run, Questions.Split), problems, 0, Format).Count(c => c.Verdict == Verdict.Correct);
        var (low, high) = WilsonInterval.Of(right, problems.Count);
        var share = (double)right / problems.Count;
        ResultsFile.Add(
            Folder.Results, Run.Text, new Dictionary<string, double>(StringComparer.Ordinal) { [$"{Questions.Split}@1"] = share });
        return $"{Run} on {Questions.Split}: {right} of {problems.Count} right, "
            + Invariant($"{100 * share:0.0} % [{100 * low:0.0}, {100 * high:0.0}]; ")
            + Shown.Path(Folder.Results);
    }
}
