using System.Text.Json;
using System.Text.RegularExpressions;

namespace DpoSt.Tests.Text;

/// <summary>GSM8K's training rows and the calculator annotations in them.</summary>
internal static class GsmRows
{
    private static readonly Regex Annotation = new(
        "<<(?<expression>[^=<>]*)=(?<result>[^=<>]*)>>",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    public static IReadOnlyList<string> Answers() =>
        [.. File.ReadLines(SharedFolder.Path("data", "gsm8k", "train.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("answer").GetString()!)];

    public static IEnumerable<(string Expression, string Result)> Annotations() =>
        Answers().SelectMany(answer => Annotation.Matches(answer).Select(m => (m.Groups["expression"].Value, m.Groups["result"].Value)));

    public static JsonElement Fixture(params string[] parts) =>
        JsonDocument.Parse(File.ReadAllText(SharedFolder.Path(["fixtures", .. parts]))).RootElement;
}
