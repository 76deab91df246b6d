using System.Text.Json;

namespace DpoSt.Data.PaperFormats;

/// <summary><c>train_kto_processed.jsonl</c>: right and wrong completions one by one, in trl's format of unpaired preferences.</summary>
internal static class JudgedRowFile
{
    private const string Expected = "{\"prompt\": ..., \"completion\": ..., \"label\": true}";

    /// <summary><c>train_kto_processed.jsonl</c>.</summary>
    public static string Name(string split) => $"{split}_kto_processed.jsonl";

    /// <summary>Reads the rows in the file's order.</summary>
    /// <exception cref="UserErrorException">The file is absent, or a line does not hold what is expected.</exception>
    public static IEnumerable<JudgedRow> Read(string path) => JsonLines.Read(path).Select(line => new JudgedRow(
        line.Text("prompt", Expected), line.Text("completion", Expected),
        line.Property("label", Expected) is { ValueKind: JsonValueKind.True or JsonValueKind.False } label ? label.GetBoolean()
            : throw line.Error($"\"label\" is not true or false; expected {Expected}.")));

    /// <summary>Writes one line a row.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<JudgedRow> rows) =>
        PythonJson.WriteLines(path, rows.Select(row => PythonJson.Object(
            ("prompt", PythonJson.String(row.Prompt)), ("completion", PythonJson.String(row.Completion)),
            ("label", row.IsRight ? "true" : "false"))));
}
