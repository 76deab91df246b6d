using System.Text.Json;
using DpoSt.Data.Readers;

namespace DpoSt.Data.PublishedFormats;

/// <summary>The two published sets that are one JSON list: SVAMP (Patel, Bhattamishra, Goyal, NAACL 2021; <c>Body</c>, <c>Question</c>,
/// <c>Equation</c>, <c>Answer</c>) and MultiArith (Roy, Roth, EMNLP 2015; <c>sQuestion</c>, <c>lEquations</c>,
/// <c>lSolutions</c>).</summary>
internal static class JsonProblemFile
{
    private const string Svamp = "SVAMP's {\"ID\": ..., \"Body\": ..., \"Question\": ..., \"Equation\": ..., \"Answer\": 51.0}";
    private const string MultiArith =
        "MultiArith's {\"iIndex\": ..., \"sQuestion\": ..., \"lEquations\": [\"X=(4.0+9.0)\"], \"lSolutions\": [13.0]}";
    private const int MaxBytes = 100_000_000;

    /// <summary>Reads every problem whose answer is one number.</summary>
    /// <exception cref="UserErrorException">The stream is not a JSON list of such problems.</exception>
    public static PublishedSet Read(Stream stream, string path)
    {
        if (stream.Length > MaxBytes)
        {
            throw new UserErrorException($"{path}: the file is larger than {MaxBytes} bytes; expected {Svamp}, or one JSON object a line.");
        }

        try
        {
            using var document = JsonDocument.Parse(stream);
            var lines = document.RootElement.EnumerateArray().Select((value, index) => new JsonLine($"{path}:problem", index + 1, value))
                .ToList();
            var problems = lines.ConvertAll(Parse);
            return new PublishedSet([.. problems.OfType<Problem>()], problems.Count(p => p is null));
        }
        catch (JsonException e)
        {
            throw new UserErrorException(
                $"{path}:{e.LineNumber + 1}: the file is not a JSON list; expected {Svamp}, or one JSON object a line.", e);
        }
    }

    /// <summary>Whether a list is one of the two, by its first element; others are rows like any.</summary>
    public static bool IsOne(string path) =>
        JsonListReader.First(path) is { ValueKind: JsonValueKind.Object } first
        && (first.TryGetProperty("sQuestion", out _) || first.TryGetProperty("Body", out _));

    private static Problem? Parse(JsonLine line) => line.Property("sQuestion", Svamp) is null ? ParseSvamp(line) : ParseMultiArith(line);

    private static Problem? ParseSvamp(JsonLine line)
    {
        var question = PublishedText.Join(line.Text("Body", Svamp), line.Text("Question", Svamp));
        var equation = line.OptionalText("Equation", Svamp) ?? "";
        return Number(line.Property("Answer", Svamp) ?? throw line.Error($"\"Answer\" is missing; expected {Svamp}.")) is { } ans
            ? new Problem(ProblemSet.Id(line, "ID", line.Number - 1), question, PublishedText.Rationale(equation, ans), ans) : null;
    }

    private static Problem? ParseMultiArith(JsonLine line)
    {
        var question = line.Text("sQuestion", MultiArith).Trim();
        var solutions = line.Property("lSolutions", MultiArith) is { ValueKind: JsonValueKind.Array } list
            ? list : throw line.Error($"\"lSolutions\" is not a list; expected {MultiArith}.");
        var equation = line.Property("lEquations", MultiArith) is { ValueKind: JsonValueKind.Array } equations
            && equations.GetArrayLength() == 1 && equations[0].ValueKind == JsonValueKind.String
            ? line.TextOf(equations[0]) : "";
        return solutions.GetArrayLength() == 1 && Number(solutions[0]) is { } ans
            ? new Problem(
                ProblemSet.Id(line, "iIndex", line.Number - 1), question,
                PublishedText.Rationale(equation[(equation.IndexOf('=', StringComparison.Ordinal) + 1)..], ans), ans)
            : null;
    }

    private static double? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
}
