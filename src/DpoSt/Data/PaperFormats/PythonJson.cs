using System.Text;
using DpoSt.Text;

namespace DpoSt.Data.PaperFormats;

/// <summary>JSON as Python's <c>json.dumps</c> spells it (", " and ": ", everything beyond ASCII escaped), so that our files and the paper
/// repository's can be compared byte by byte.</summary>
internal static class PythonJson
{
    public static string Object(params ReadOnlySpan<(string Key, string Json)> members)
    {
        var text = new StringBuilder("{");
        foreach (var (key, json) in members)
        {
            text.Append(text.Length > 1 ? ", " : "").Append(String(key)).Append(": ").Append(json);
        }

        return text.Append('}').ToString();
    }

    public static string Array(IEnumerable<string> elements) => $"[{string.Join(", ", elements)}]";

    public static string String(string value)
    {
        var text = new StringBuilder(value.Length + 2);
        PythonSpelling.Json(value, text);
        return text.ToString();
    }

    public static void WriteLines(string path, IEnumerable<string> lines) =>
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            foreach (var line in lines)
            {
                writer.WriteLine(line);
            }
        });
}
