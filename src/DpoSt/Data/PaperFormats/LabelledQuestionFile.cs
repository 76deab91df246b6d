namespace DpoSt.Data.PaperFormats;

/// <summary><c>&lt;split&gt;_dpo_data.jsonl</c>: every question with its gold rationale and its samples sorted by verdict.</summary>
internal static class LabelledQuestionFile
{
    private const string Expected = "{\"question\": ..., \"gold_ans\": ..., \"positives\": [...], \"negatives\": [...]}";

    /// <summary><c>train_dpo_data.jsonl</c>.</summary>
    public static string Name(string split) => $"{split}_dpo_data.jsonl";

    /// <summary>Reads the questions in the file's order.</summary>
    /// <exception cref="UserErrorException">The file is absent, or a line does not hold what is expected.</exception>
    public static IEnumerable<LabelledQuestion> Read(string path) =>
        JsonLines.Read(path).Select(line => new LabelledQuestion(line.Text("question", Expected),
            line.OptionalText("gold_ans", Expected),
            line.Texts("positives", Expected),
            line.Texts("negatives", Expected)));

    /// <summary>Writes one line a question.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<LabelledQuestion> questions) =>
        PythonJson.WriteLines(path, questions.Select(q => PythonJson.Object(("question", PythonJson.String(q.Question)),
            ("gold_ans", q.Gold is null ? "null" : PythonJson.String(q.Gold)),
            ("positives", PythonJson.Array(q.Positives.Select(PythonJson.String))),
            ("negatives", PythonJson.Array(q.Negatives.Select(PythonJson.String))))));
}
