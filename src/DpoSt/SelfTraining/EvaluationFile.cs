using System.Text.Json;

namespace DpoSt.SelfTraining;

/// <summary>A model's evaluations on disk: one <see cref="EvaluationRow"/> a data set.</summary>
internal static class EvaluationFile
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Write(string path, IReadOnlyList<EvaluationRow> rows) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(rows, Options) + "\n");

    public static IReadOnlyList<EvaluationRow> Read(string path) => JsonSerializer.Deserialize<List<EvaluationRow>>(File.ReadAllText(path), Options)!;
}
