namespace DpoSt.Data.PaperFormats;

/// <summary><c>train_dpo_processed.jsonl</c> and <c>eval_dpo_processed.jsonl</c>: preference pairs.</summary>
public static class PreferencePairFile
{
    private const string Expected = "{\"prompt\": ..., \"chosen\": ..., \"rejected\": ...}";

    /// <summary><c>train_dpo_processed.jsonl</c>.</summary>
    public static string Name(string split) => $"{split}_dpo_processed.jsonl";

    /// <summary>Reads the pairs in the file's order.</summary>
    /// <exception cref="UserErrorException">The file is absent, or a line does not hold what is expected.</exception>
    public static IEnumerable<PreferencePair> Read(string path) =>
        JsonLines.Read(path).Select(
            line => new PreferencePair(line.Text("prompt", Expected), line.Text("chosen", Expected), line.Text("rejected", Expected)));

    /// <summary>Writes one line a pair.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<PreferencePair> pairs) =>
        PythonJson.WriteLines(path, pairs.Select(p => PythonJson.Object(("prompt", PythonJson.String(p.Prompt)),
            ("chosen", PythonJson.String(p.Chosen)),
            ("rejected", PythonJson.String(p.Rejected)))));
}
