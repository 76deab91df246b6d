using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using static System.FormattableString;

namespace DpoSt.Evaluation;

/// <summary><c>results/&lt;exp&gt;.json</c> as the paper's code writes it: by run, percentages as text and counts as numbers.</summary>
internal static class ResultsFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 4 };

    /// <summary>Sets measures (fractions) of a run and keeps everything else.</summary>
    /// <exception cref="UserErrorException">The file is there but is not a JSON object.</exception>
    public static void Add(string path, string run, IReadOnlyDictionary<string, double> measures) =>
        Set(
            path, run,
            measures.Select(m => KeyValuePair.Create(m.Key, (JsonNode)(100 * m.Value).ToString("0.0", CultureInfo.InvariantCulture))));

    /// <summary>The paper's measures of samples: pass@k of all, and from five on of five and three too; SPLIT@1 is the greedy.</summary>
    public static IReadOnlyDictionary<string, double> Passes(string split, int samples, IReadOnlyCollection<int> right) =>
        ((int[])(samples >= 5 ? [samples, 5, 3] : [samples])).Distinct().ToDictionary(
            k => Invariant($"{split}@{k}"), k => right.Average(
                count => PassAtK.Estimate(samples, count, k)), StringComparer.Ordinal);

    /// <summary>Sets a number of a run that is no fraction, and keeps everything else.</summary>
    /// <exception cref="UserErrorException">The file is there but is not a JSON object.</exception>
    public static void Measure(string path, string run, string name, double value) =>
        Set(path, run, [KeyValuePair.Create(name, (JsonNode)Math.Round(value, 4))]);

    /// <summary>Sets a count of a run and keeps everything else.</summary>
    /// <exception cref="UserErrorException">The file is there but is not a JSON object.</exception>
    public static void Count(string path, string run, string name, int count) =>
        Set(path, run, [KeyValuePair.Create(name, (JsonNode)count)]);

    private static void Set(string path, string run, IEnumerable<KeyValuePair<string, JsonNode>> measures)
    {
        var all = Read(path);
        var mine = all[run] as JsonObject ?? [];
        all[run] = mine;
        foreach (var (name, value) in measures)
        {
            mine[name] = value;
        }

        AtomicFile.WriteAllText(path, all.ToJsonString(Indented));
    }

    private static JsonObject Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonNode.Parse(WholeFile.ReadText(path))!.AsObject() : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or ArgumentException
            or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: the file is not a JSON object of results by run; move it away and run again.", e);
        }
    }
}
