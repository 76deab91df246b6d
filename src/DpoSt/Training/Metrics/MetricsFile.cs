using System.Text.Json;
using DpoSt.Data;

namespace DpoSt.Training.Metrics;

/// <summary><c>metrics.jsonl</c>: one line a logging step, for programs to read. Lines are appended as they come; after a resume those
/// behind the restored step are cut off, and come again.</summary>
/// <param name="events">Receives the same for TensorBoard; null where nobody asks.</param>
internal sealed class MetricsFile(string path, EventFile? events = null)
{
    /// <summary>The file's name beside a model.</summary>
    public const string Name = "metrics.jsonl";

    /// <summary>The name of the file beside it that keeps the first row as the model sees it.</summary>
    public const string FirstRow = "first-row.json";

    /// <summary>Whether a file tells of a run and is not a part of its model: metrics, for programs or for TensorBoard.</summary>
    public static bool IsMetrics(string file) =>
        System.IO.Path.GetFileName(file) is var name
            && (name is Name or FirstRow || name.StartsWith(EventFile.Prefix, StringComparison.Ordinal));

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>Appends a line of training.</summary>
    public void Write(TrainingLine line) => Write(line.Step,
    [
        new("loss", line.Loss), new("learning_rate", line.LearningRate), new("grad_norm", line.GradNorm),
        new("tokens_per_s", line.TokensPerSecond), .. line.Metrics,
    ]);

    /// <summary>Appends a line of any metrics; what is not a number becomes null.</summary>
    public void Write(long step, IEnumerable<KeyValuePair<string, double>> metrics)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("step", step);
            foreach (var (name, value) in metrics)
            {
                if (double.IsFinite(value))
                {
                    json.WriteNumber(name, value);
                }
                else
                {
                    json.WriteNull(name);
                }
            }

            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(buffer.GetBuffer(), 0, (int)buffer.Length);
        events?.Write(step, metrics);
    }

    /// <summary>Reads the numbers of each line.</summary>
    /// <exception cref="UserErrorException">The file is absent or holds something else.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, double>> Read(string path) =>
        [.. JsonLines.Read<Dictionary<string, double?>>(path, "{\"step\": ..., \"loss\": ...}")
            .Select(row => row.Where(m => m.Value is not null).ToDictionary(m => m.Key, m => m.Value!.Value, StringComparer.Ordinal))];

    /// <summary>Brings what was written to the disk: a resume state must not outlive the lines before it.</summary>
    public void Flush()
    {
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Leaves the whole lines up to a step, and no others: a run goes on behind it.</summary>
    public void KeepUpTo(long step)
    {
        events?.Begin(step);
        AtomicFile.Write(path, stream =>
        {
            using var old = File.Exists(path) ? File.OpenRead(path) : Stream.Null;
            foreach (var (_, line) in LineReader.Read(old, path, JsonLines.DefaultMaxLineBytes).TakeWhile(l => StepOf(l.Bytes) <= step))
            {
                stream.Write(line.Span);
                stream.WriteByte((byte)'\n');
            }
        });
    }

    // A line that was being written when the process died is not JSON.
    private static long StepOf(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return long.MaxValue;
        }
    }
}
