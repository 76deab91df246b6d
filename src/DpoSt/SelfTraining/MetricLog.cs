using DpoSt.Data;
using DpoSt.Training;

namespace DpoSt.SelfTraining;

/// <summary>
/// A reporter that passes everything on and keeps the lines of metrics, for <c>metrics.jsonl</c> beside the model: one JSON object a line with
/// step, total_steps, loss, learning_rate, grad_norm, examples_per_second and the objective's own metrics (<c>rewards/margins</c>, ...).
/// </summary>
internal sealed class MetricLog(IStageReporter reporter) : IStageReporter
{
    /// <summary>The file's name.</summary>
    public const string Name = "metrics.jsonl";

    private readonly List<TrainingLine> lines = [];

    public void Begin(string stage, string what, long total, string unit) => reporter.Begin(stage, what, total, unit);

    public void Advance(long done) => reporter.Advance(done);

    public void Log(TrainingLine line)
    {
        lines.Add(line);
        reporter.Log(line);
    }

    public void End(string summary) => reporter.End(summary);

    public void Skip(string stage, string why) => reporter.Skip(stage, why);

    public void Note(string sentence) => reporter.Note(sentence);

    /// <summary>Writes the lines into a model's folder, whole or not at all.</summary>
    public void Write(string folder) => JsonLines.Write(Path.Combine(folder, Name), lines.Select(Row));

    /// <summary>Reads the numbers of each line.</summary>
    /// <exception cref="UserErrorException">The file is absent or holds something else.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> Read(string folder) =>
        [.. JsonLines.Read<Dictionary<string, double?>>(Path.Combine(folder, Name), "{\"step\": ..., \"loss\": ...}")
            .Select(row => row.Where(m => m.Value is not null).ToDictionary(m => m.Key, m => m.Value!.Value, StringComparer.Ordinal))];

    // What is no number, such as the norm of a gradient that overflowed, has no spelling in JSON: null.
    private static Dictionary<string, double?> Row(TrainingLine line)
    {
        var row = new Dictionary<string, double?>(StringComparer.Ordinal)
        {
            ["step"] = line.Step,
            ["total_steps"] = line.TotalSteps,
            ["loss"] = line.Loss,
            ["learning_rate"] = line.LearningRate,
            ["grad_norm"] = line.GradNorm,
            ["examples_per_second"] = line.ExamplesPerSecond,
        };
        foreach (var (name, value) in line.Metrics)
        {
            row[name] = value;
        }

        return row.ToDictionary(m => m.Key, m => m.Value is { } value && double.IsFinite(value) ? m.Value : null, StringComparer.Ordinal);
    }
}
