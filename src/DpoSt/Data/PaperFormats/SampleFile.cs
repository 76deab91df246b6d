using System.Globalization;
using System.Text.Json;

namespace DpoSt.Data.PaperFormats;

/// <summary>One generated text with its question, as the paper's repository stores it.</summary>
internal sealed record Sample(string Question, string Text);

/// <summary><c>seed_K-t_T.json</c> and <c>greedy_decode.json</c>: a sample of every question, each line [question, text].</summary>
internal static class SampleFile
{
    /// <summary>The name of greedy decoding's file.</summary>
    public const string GreedyName = "greedy_decode.json";

    private const string Expected = "a list of [question, text] pairs";

    /// <summary><c>seed_3-t_0.7.json</c>.</summary>
    public static string Name(long seed, double temperature) =>
        string.Create(CultureInfo.InvariantCulture, $"seed_{seed}-t_{temperature}.json");

    /// <summary>Reads the samples in the file's order.</summary>
    /// <exception cref="UserErrorException">The file is absent, or a line is not a list of pairs of strings.</exception>
    public static IEnumerable<Sample> Read(string path)
    {
        foreach (var line in JsonLines.Read(path))
        {
            if (line.Value.ValueKind != JsonValueKind.Array)
            {
                throw line.Error($"the line is not a list; expected {Expected}.");
            }

            foreach (var pair in line.Value.EnumerateArray())
            {
                yield return pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2
                    && pair[0].ValueKind == JsonValueKind.String && pair[1].ValueKind == JsonValueKind.String
                    ? new Sample(line.TextOf(pair[0]), line.TextOf(pair[1]))
                    : throw line.Error($"an element is not a pair of strings; expected {Expected}.");
            }
        }
    }

    /// <summary>Writes one line a sample.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<Sample> samples) =>
        PythonJson.WriteLines(path, samples.Select(s => $"[[{PythonJson.String(s.Question)}, {PythonJson.String(s.Text)}]]"));
}
