using System.Text.Json;
using DpoSt.Data.Readers;
using DpoSt.Data.Shapes;

namespace DpoSt.Data.PaperFormats;

/// <summary><c>train_dpo_processed.jsonl</c> and <c>eval_dpo_processed.jsonl</c>: preference pairs.</summary>
internal static class PreferencePairFile
{
    private const string Expected = "{\"prompt\": ..., \"chosen\": ..., \"rejected\": ...}";

    /// <summary><c>train_dpo_processed.jsonl</c>.</summary>
    public static string Name(string split) => $"{split}_dpo_processed.jsonl";

    /// <summary>Reads the pairs in the file's order.</summary>
    /// <exception cref="UserErrorException">The file is absent, or a line does not hold what is expected.</exception>
    public static IEnumerable<PreferencePair> Read(string path) =>
        RowFile.Read(path).Select(Pair);

    /// <summary>A row as trl has them: texts, where the prompt has its template; or messages, which the model's template makes a prompt of.
    /// </summary>
    internal static PreferencePair Pair(JsonLine row)
    {
        var (chosen, rejected) = (Answer(row, "chosen"), Answer(row, "rejected"));
        if (row.Property("prompt", Expected) is not { ValueKind: JsonValueKind.Array })
        {
            return new PreferencePair(row.Text("prompt", Expected), chosen, rejected);
        }

        var (said, messages) = Messages.Conversation(row, "prompt");
        return new PreferencePair(said, chosen, rejected) { Messages = messages };
    }

    private static string Answer(JsonLine row, string name) =>
        row.Property(name, Expected) is { ValueKind: JsonValueKind.Array } ? Messages.Flat(row, name) : row.Text(name, Expected);

    /// <summary>Writes one line a pair.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<PreferencePair> pairs) =>
        PythonJson.WriteLines(path, pairs.Select(p => PythonJson.Object(("prompt", PythonJson.String(p.Prompt)),
            ("chosen", PythonJson.String(p.Chosen)),
            ("rejected", PythonJson.String(p.Rejected)))));
}
