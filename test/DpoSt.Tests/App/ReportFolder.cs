using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Evaluation;
using DpoSt.Runs;
using DpoSt.Training;
using DpoSt.Training.Metrics;

namespace DpoSt.Tests.App;

/// <summary>A run's folder written by hand: one iteration, two test questions, three samples each, and names that are not HTML.</summary>
internal sealed class ReportFolder : IDisposable
{
    public const string Script = "<script>alert(1)</script> & \"How many?\"";

    public static readonly string[] Stages = ["sft-0", "evaluate sft-0", "dpo-1"];

    private readonly TemporaryFolder folder = new();

    public ReportFolder()
    {
        new RunRecord(
            "a<b>", "../models", [.. Stages.Select(stage => new RecordedStage(stage, [$"made/{stage}"]))], "test",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["dpost"] = "0.1 <b>" },
            new Dictionary<string, ExperimentOptions>(StringComparer.Ordinal)).Write(Root);
        Train("sft-0", (10, 2.5, null), (20, 1.25, null));
        Train("dpo-1", (5, 0.6931, 0.0), (10, 0.5, 0.75));
        Train("sft-1", (10, 2.0, null), (20, 1.0, null));
        foreach (var (run, greedy) in new[] { ("sft-0", 0.0), ("dpo-1", 0.5), ("sft-1", 0.5) })
        {
            EvaluationFile.Write(
                Path.Combine(Root, run, "evaluation.json"),
                [new EvaluationRow(run, "test", 2, greedy, 0.01, 0.99, 0.0, 0.25, 0.5, 0.5, 3, [greedy > 0, false])]);
        }

        Answers("sft-1/test/greedy_decode.json", "correct", "wrong");
        Answers("sft-1/test/seed_0-t_0.7.json", "correct", "invalid");
        Answers("sft-1/test/seed_1-t_0.7.json", "wrong", "wrong");
        Answers("sft-1/test/seed_2-t_0.7.json", "wrong", "wrong");
        Done(Stages);
        Lines("sft-0/train/train_dpo_processed.jsonl", 7);
        Lines("sft-0/train/eval_dpo_processed.jsonl", 2);
        Lines("dpo-1/train/train_rft_processed.jsonl", 11);
    }

    public string Root => folder.File("run");

    public void Dispose() => folder.Dispose();

    /// <summary>Says which stages are done.</summary>
    public void Done(params string[] stages)
    {
        foreach (var output in Stages.Select(stage => Path.Combine(Root, "made", stage)))
        {
            AtomicFile.WriteAllText(output, "");
            File.Delete(Path.Combine(Root, "made", Provenance.FileName));
        }

        Array.ForEach(stages, stage => Provenance.Of(0, []).Write(Path.Combine(Root, "made", stage)));
    }

    /// <summary>Takes away what a run would not have yet.</summary>
    public void Remove(string name) => Directory.Delete(folder.File(name), recursive: true);

    /// <summary>Gives a folder another name.</summary>
    public void Move(string from, string to) => Directory.Move(folder.File(from), folder.File(to));

    private void Train(string run, params (long Step, double Loss, double? Margin)[] lines)
    {
        Directory.CreateDirectory(folder.File($"models/{run}"));
        var file = new MetricsFile(folder.File($"models/{run}/metrics.jsonl"));
        foreach (var (step, loss, margin) in lines)
        {
            var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
            if (margin is { } value)
            {
                metrics["rewards/margins"] = value;
            }

            file.Write(new TrainingLine(step, lines[^1].Step, loss, 1e-3, step == 5 ? double.PositiveInfinity : 1, metrics, 800));
        }

    }

    private void Answers(string name, params string[] verdicts) =>
        JsonLines.Write(Path.Combine(Root, name), verdicts.Select((verdict, i) => new
        {
            Id = $"{i}",
            Question = i == 0 ? Script : "How many eggs?",
            Text = i == 0 ? "They are [ 2 * 3 = 6] 6 <eggs>. #### 6" : "Then <<2+2=4>>4\n#### 4",
            Verdict = verdict,
            Ans = 6.5,
        }));

    private void Lines(string name, int count) => JsonLines.Write(Path.Combine(Root, name), Enumerable.Repeat(new { Prompt = "p" }, count));
}
