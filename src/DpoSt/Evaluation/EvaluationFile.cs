using System.Text.Json;

namespace DpoSt.Evaluation;

/// <summary>A model's evaluations on disk: one <see cref="EvaluationRow"/> a data set.</summary>
internal static class EvaluationFile
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Write(string path, IReadOnlyList<EvaluationRow> rows) =>
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(rows, Options) + "\n");

    /// <exception cref="UserErrorException">The file is unreadable or holds no evaluations.</exception>
    public static IReadOnlyList<EvaluationRow> Read(string path)
    {
        try
        {
            var rows = JsonSerializer.Deserialize<List<EvaluationRow>>(WholeFile.ReadText(path), Options);
            return rows is not null && rows.TrueForAll(row => row is { Run: not null, DataSet: not null, Correct: not null })
                ? rows.ConvertAll(Measured)
                : throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{path}: the file holds no evaluations of a model; remove it, and the model is evaluated again.", e);
        }
    }

    // Earlier files have 0 for what was not measured.
    private static EvaluationRow Measured(EvaluationRow row) =>
        row.Samples > 0 ? row : row with { PassAt1 = null, PassAtN = null, MajorityAtN = null };
}
