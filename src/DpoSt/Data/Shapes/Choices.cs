using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DpoSt.Data.Shapes;

/// <summary>Questions with choices, in MMLU's layout (a list of texts; the answer is a place from 0, a letter or a text) and in ARC's
/// (texts
/// and labels; the answer is a label).</summary>
internal static class Choices
{
    /// <summary>What a whole row looks like.</summary>
    public const string Expected = "{\"question\": ..., \"choices\": [\"iron\", \"wood\"], \"answer\": 0}";

    private const int MostChoices = 26;

    /// <summary>The question with its choices below it, lettered from A, and the right one as <c>B) wood</c>; null where no answer is
    /// given.
    /// </summary>
    public static (string Question, string? Gold) Of(JsonLine row, string question, string choices, string answer)
    {
        var (texts, labels) = row.Property(choices, Expected) switch
        {
            { ValueKind: JsonValueKind.Array } list => (Texts(row, list, choices), null),
            { ValueKind: JsonValueKind.Object } both
                when both.TryGetProperty("text", out var text) && both.TryGetProperty("label", out var label) =>
                (Texts(row, text, choices), Texts(row, label, choices)),
            _ => throw row.Error($"\"{choices}\" is no list of texts, nor texts with labels; expected {Expected}."),
        };
        if (texts.Count is 0 or > MostChoices || labels?.Count is { } count && count != texts.Count)
        {
            throw row.Error($"\"{choices}\" has {texts.Count} texts; expected 1 to {MostChoices}, and as many labels.");
        }

        var asked = new StringBuilder(question);
        foreach (var (i, text) in texts.Index())
        {
            asked.Append('\n').Append(Letter(i)).Append(") ").Append(text);
        }

        return row.Property(answer, Expected) is not { ValueKind: not JsonValueKind.Null } given ? (asked.ToString(), null)
            : Place(row, given, texts, labels) is { } place ? (asked.ToString(), $"{Letter(place)}) {texts[place]}")
            : throw row.Error($"\"{answer}\" is {given.GetRawText()}, which is none of the {texts.Count} choices.");
    }

    private static int? Place(JsonLine row, JsonElement given, List<string> texts, List<string>? labels)
    {
        var text = given.ValueKind == JsonValueKind.String ? row.TextOf(given).Trim() : given.GetRawText();
        int?[] found =
        [
            labels is not null ? At(labels, text) : null,
            given.ValueKind == JsonValueKind.String && labels is null && text is [var letter] && char.IsAsciiLetter(letter)
                ? char.ToUpperInvariant(letter) - 'A' : null,
            At(texts, text),
            labels is null && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null,
        ];
        return found.FirstOrDefault(place => place is not null) is { } first && first < texts.Count ? first : null;

        static int? At(List<string> all, string wanted) => all.FindIndex(one => one.Trim() == wanted) is >= 0 and var at ? at : null;
    }

    private static List<string> Texts(JsonLine row, JsonElement list, string name) =>
        list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(row.TextOf)]
            : throw row.Error($"\"{name}\" is no list of texts; expected {Expected}.");

    private static char Letter(int place) => (char)('A' + place);
}
