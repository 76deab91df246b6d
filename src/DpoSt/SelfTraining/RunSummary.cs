using System.Text.Json;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Evaluation;
using DpoSt.Runs;
using DpoSt.SelfTraining.Sessions;
using DpoSt.Training.Metrics;

namespace DpoSt.SelfTraining;

/// <summary>A stage of a run, and whether it is done.</summary>
internal sealed record StageMark(string Name, bool IsDone);

/// <summary>One model's training: its lines of metrics by name, such as <c>loss</c> and <c>rewards/margins</c>.</summary>
internal sealed record TrainingCurve(string Run, IReadOnlyList<IReadOnlyDictionary<string, double>> Lines);


/// <summary>pass@1 to pass@n of a run's samples of the test questions (unbiased).</summary>
internal sealed record PassCurve(string Run, IReadOnlyList<double> PassAtK);

/// <summary>A greedy answer to look at; <paramref name="Ans"/> is the true final answer, null where the file does not say.</summary>
internal sealed record ExampleAnswer(string Run, string Question, string Text, bool IsCorrect, string? Ans);

/// <summary>What a run has come to, read from the files that it left. Whatever is not there yet is left out.</summary>
/// <param name="ExpName">The experiment.</param>
/// <param name="TestSet">The data set that models are compared on.</param>
/// <param name="Versions">What it was made with.</param>
/// <param name="Stages">All stages of the run, in order.</param>
/// <param name="Trainings">Curves, in the order of the method; of a training that is not over, as far as it has come.</param>
/// <param name="Evaluations">What each model scored on each data set.</param>
/// <param name="Selections">How many pairs and pseudo-labels.</param>
/// <param name="Passes">pass@k on the test questions.</param>
/// <param name="Examples">Answers of the last fine-tuned model, right ones first.</param>
internal sealed record RunSummary(
    string ExpName, string TestSet, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<StageMark> Stages,
    IReadOnlyList<TrainingCurve> Trainings, IReadOnlyList<EvaluationRow> Evaluations,
    IReadOnlyList<SelectionCounts> Selections, IReadOnlyList<PassCurve> Passes, IReadOnlyList<ExampleAnswer> Examples)
{
    /// <summary>How far each preference-tuned model is from its reference.</summary>
    public IReadOnlyList<PolicyDistance> Distances { get; init; } = [];

    /// <summary>Where the run has learnt nothing, with the likely causes, a sentence each.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    private const int ExamplesOfEach = 4;
    private const string Expected = "{\"id\": ..., \"question\": ..., \"text\": ..., \"verdict\": ...}";

    /// <summary>Reads the folder of a run, <c>model_outputs/EXP</c>.</summary>
    /// <exception cref="UserErrorException">The folder is not that of a run, or a file in it is broken.</exception>
    public static RunSummary Read(string folder)
    {
        var record = RunRecord.Read(folder);
        var models = Path.GetFullPath(record.Models, Path.GetFullPath(folder));
        var runs = InOrder(Names(folder).Union(Names(models).Select(TrainingFolder.ModelOf), StringComparer.Ordinal));
        var (evaluations, selections) = Read(folder, runs);
        return new RunSummary(
            record.ExpName,
            record.TestSet,
            record.Versions,
            [.. record.Stages.Select(stage => new StageMark(stage.Name, stage.Outputs.All(IsMade)))],
            [
                .. runs.Select(run => (Run: run, File: MetricsOf(Path.Combine(models, run))))
                    .Where(t => File.Exists(t.File))
                    .Select(t => new TrainingCurve(t.Run, MetricsFile.Read(t.File)))
            ],
            evaluations,
            selections,
            [
                .. runs.Select(run => new PassCurve(run, PassAtKOf(Path.Combine(folder, run, record.TestSet))))
                    .Where(p => p.PassAtK.Count > 0)
            ],
            ExamplesOf(folder, record.TestSet, runs))
        {
            Distances =
            [
                .. runs.Select(run => PolicyDistanceFile.Read(Path.Combine(folder, run, ExperimentFolder.DistanceName)))
                    .OfType<PolicyDistance>()
            ],
            Findings = [.. LearningCheck.Of(folder, models, runs, selections, evaluations)],
        };

        bool IsMade(string output) => Provenance.Read(Path.GetFullPath(output, Path.GetFullPath(folder))) is { Files: not null };
    }

    /// <summary>Where a run has learnt nothing (<see cref="Findings"/>), without reading its answers.</summary>
    /// <exception cref="UserErrorException">A file of it is broken.</exception>
    public static IReadOnlyList<string> FindingsOf(ExperimentFolder experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var runs = InOrder(Names(experiment.Outputs));
        var (evaluations, selections) = Read(experiment.Outputs, runs);
        return [.. LearningCheck.Of(experiment.Outputs, experiment.Models, runs, selections, evaluations)];
    }

    private static (IReadOnlyList<EvaluationRow> Evaluations, IReadOnlyList<SelectionCounts> Selections) Read(
        string folder, IReadOnlyList<string> runs) => (
        [.. runs.Select(run => Path.Combine(folder, run, "evaluation.json")).Where(File.Exists).SelectMany(EvaluationFile.Read)],
        [.. runs.Select(run => SelectionCounts.Read(folder, run)).OfType<SelectionCounts>()]);

    // sft-0, then each iteration's dpo-n, sft-n, st-n.
    private static List<string> InOrder(IEnumerable<string> runs) =>
        [.. runs.OrderBy(run => RunName.Parse(run).Number ?? int.MaxValue).ThenBy(run => run, StringComparer.Ordinal)];

    private static string MetricsOf(string model) =>
        Path.Combine(Directory.Exists(model) ? model : TrainingFolder.PathOf(model), MetricsFile.Name);

    private static IEnumerable<string> Names(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(f => Path.GetFileName(f)!)
            .Where(name => name[0] != '.' && !EarlierOutput.IsPlace(name)) : [];

    private static IReadOnlyList<double> PassAtKOf(string folder)
    {
        var files = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "seed_*-t_*.json").ToArray() : [];
        var right = files.SelectMany(Answers)
            .GroupBy(a => a.Id, StringComparer.Ordinal)
            .Select(g => g.Count(a => a.Answer.IsCorrect))
            .ToArray();
        return right.Length == 0
            ? []
            : [.. Enumerable.Range(1, files.Length).Select(k => right.Average(r => PassAtK.Estimate(files.Length, r, k)))];
    }

    private static IReadOnlyList<ExampleAnswer> ExamplesOf(string folder, string testSet, List<string> runs)
    {
        var last = RunName.ResultOf(runs.Where(run => File.Exists(Greedy(run))).Select(RunName.Parse))?.Text;
        var answers = last is null ? [] : Answers(Greedy(last)).Select(a => a.Answer with { Run = last }).ToList();
        return [.. answers.Where(a => a.IsCorrect).Take(ExamplesOfEach), .. answers.Where(a => !a.IsCorrect).Take(ExamplesOfEach)];

        string Greedy(string run) => Path.Combine(folder, run, testSet, SampleFile.GreedyName);
    }

    private static IEnumerable<(string Id, ExampleAnswer Answer)> Answers(string path) => JsonLines.Read(path).Select(line =>
        (line.Text("id", Expected), new ExampleAnswer(
            "", line.Text("question", Expected), line.Text("text", Expected), line.Text("verdict", Expected) == "correct",
            line.Property("ans", Expected) switch
            {
                { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
                { ValueKind: JsonValueKind.String } text => line.TextOf(text),
                _ => null,
            })));
}
