using DpoSt.Configuration.Sections;
using DpoSt.Data.Shapes;

namespace DpoSt.Data.PaperFormats;

/// <summary><c>train_rft_processed.jsonl</c>: the rows for supervised fine-tuning. <c>ans</c> is always 0, as in the paper's repository:
/// fine-tuning does not read it, and the files stay equal byte by byte. Whoever wants a row's answer takes it from the rationale.</summary>
internal static class RationaleFile
{
    private const string Expected = "{\"question\": ..., \"answer\": ..., \"ans\": 0}";

    /// <summary><c>train_rft_processed.jsonl</c>.</summary>
    public static string Name(string split) => $"{split}_rft_processed.jsonl";

    /// <summary>Reads the rows in the file's order, of any shape that has answers to learn.</summary>
    /// <exception cref="UserErrorException">The file is absent, or a line does not hold what is expected.</exception>
    public static IEnumerable<RationaleRow> Read(string path, ColumnsSection? columns = null, Action<RowShape>? recognised = null) =>
        ShapedRows.Read(path, columns, recognised).Select(row => new RationaleRow(
            row.Question, row.Rationale ?? throw row.Line.Error($"the row has no answer to learn; expected {Expected}."))
        {
            Conversation = row.Conversation,
        });

    /// <summary>Writes one line a row.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<RationaleRow> rows) =>
        PythonJson.WriteLines(path, rows.Select(r => PythonJson.Object(("question", PythonJson.String(r.Question)),
            ("answer", PythonJson.String(r.Answer)), ("ans", "0"))));
}
