using System.Globalization;
using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>Values as Python's <c>json.dumps</c> writes them with <c>ensure_ascii=False</c>.</summary>
/// <param name="indent">What a level is indented by, or none for one line.</param>
/// <param name="between">What stands between items.</param>
/// <param name="colon">What stands between a key and its value.</param>
/// <param name="isSorted">Whether keys are in order.</param>
/// <param name="isAscii">Whether other characters than ASCII's are escaped.</param>
internal sealed class JsonText(string? indent, string between, string colon, bool isSorted, bool isAscii)
{
    private readonly StringBuilder text = new();

    /// <summary>The text of a value.</summary>
    /// <exception cref="JinjaException">JSON has no such value.</exception>
    public string Of(object? value, Rendering rendering)
    {
        Append(value, 0, rendering);
        return text.ToString();
    }

    private void Append(object? value, int level, Rendering rendering)
    {
        rendering.Charge(1 + (indent?.Length * level / Rendering.CharactersPerUnit ?? 0));
        switch (value)
        {
            case null: text.Append("null"); break;
            case bool truth: text.Append(truth ? "true" : "false"); break;
            case long whole: text.Append(CultureInfo.InvariantCulture, $"{whole}"); break;
            case double real: text.Append(Real(real)); break;
            case string plain: PythonSpelling.Json(rendering.Charge(plain), text, isAscii); break;
            case Sequence list:
                Enclose('[', list.Items, ']', level, item => Append(item, level + 1, rendering));
                break;
            case Mapping { IsNamespace: false } map:
                var entries = isSorted ? map.OrderBy(e => e.Key, Comparer<object>.Create(PythonValue.Compare)) : map.AsEnumerable();
                Enclose('{', entries.ToList(), '}', level, entry =>
                {
                    PythonSpelling.Json(entry.Key as string ?? Key(entry.Key), text, isAscii);
                    text.Append(colon);
                    Append(entry.Value, level + 1, rendering);
                });
                break;
            default: throw new JinjaException(0, $"{PythonValue.Kind(value)} cannot be written as JSON");
        }
    }

    private void Enclose<T>(char open, IReadOnlyList<T> items, char close, int level, Action<T> append)
    {
        text.Append(open);
        foreach (var (i, item) in items.Index())
        {
            text.Append(i == 0 ? "" : between);
            NewLine(level + 1);
            append(item);
        }

        if (items.Count > 0)
        {
            NewLine(level);
        }

        text.Append(close);
    }

    private void NewLine(int level)
    {
        if (indent is not null)
        {
            text.Append('\n').Insert(text.Length, indent, level);
        }
    }

    private static string Key(object key) => key switch
    {
        bool truth => truth ? "true" : "false",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        double real => Real(real),
        _ => throw new JinjaException(0, "keys of JSON are texts"),
    };

    private static string Real(double value) => double.IsFinite(value) ? PythonSpelling.Real(value)
        : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
