using System.Globalization;
using System.Text.Json;
using DpoSt.Configuration.Sections;

namespace DpoSt.Data.Shapes;

/// <summary>What the columns of a file mean, by their names in its first row: GSM8K's, problems with solutions, prompts with completions,
/// messages, choices; or as <c>data.columns</c> says.</summary>
/// <param name="Name">The shape, as a person would call it.</param>
/// <param name="Expected">What a whole row looks like.</param>
internal sealed record RowShape(string Name, string Expected)
{
    private const string Own = "{\"question\": ..., \"answer\": \"... #### 27\", \"ans\": 27}";

    /// <summary>GSM8K's, and dpost's own.</summary>
    public static readonly RowShape Plain = new("question/answer", Own);

    private ColumnsSection Columns { get; init; } = new() { Question = "question", Answer = "answer", Gold = "ans" };

    /// <summary>The system message of its rows, which is no part of a question; null where they have none.</summary>
    public string? System { get; init; }

    /// <summary>The shape in words.</summary>
    public string InWords => System is null ? Name : $"{Name}, whose system message is left out (data.system gives one to a model)";

    private bool HasChoices => Columns.Choices is not null;

    /// <summary>The shape of a file whose first row this is.</summary>
    /// <exception cref="UserErrorException">The columns say nothing known, or data.columns names one that is not there.</exception>
    public static RowShape Of(JsonLine row, ColumnsSection columns)
    {
        if (row.Value.ValueKind != JsonValueKind.Object)
        {
            throw row.Error($"the row is not a JSON object; expected {Own}.");
        }

        var names = row.Value.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        if (columns.Question is { } question)
        {
            var missing = ((string?[])[question, columns.Answer, columns.Gold, columns.Choices, columns.Id])
                .FirstOrDefault(name => name is not null && !names.Contains(name));
            return missing is null ? Mapped(columns)
                : throw new UserErrorException(
                    $"{row.Path.Replace(":row", "", StringComparison.Ordinal)}: data.columns names \"{missing}\", but the columns are "
                    + $"{string.Join(", ", names)}.");
        }

        if (columns != new ColumnsSection())
        {
            throw new UserErrorException("data.columns does not say which column is the question; give data.columns.question too.");
        }

        return names.Contains("messages") ? new("messages", Messages.Expected) { Columns = new() { Question = "messages" } }
            : Has("prompt", "chosen", "rejected") ? throw row.Error(
                "the rows are preferences (prompt, chosen, rejected), which have no gold answer; use them for dpost dpo (data.data_dir).")
            : Has("prompt", "completion") ? new("prompt/completion", "{\"prompt\": ..., \"completion\": ...}")
            {
                Columns = new() { Question = "prompt", Answer = "completion", Gold = "ans" },
            }
            : Has("question", "choices") ? new("question/choices/answer", Choices.Expected)
            {
                Columns = new() { Question = "question", Choices = "choices", Gold = Has("answerKey") ? "answerKey" : "answer" },
            }
            : Has("question", "solution") ? new("question/solution/answer", "{\"question\": ..., \"solution\": ..., \"answer\": ...}")
            {
                Columns = new() { Question = "question", Answer = "solution", Gold = "answer" },
            }
            : Has("problem") ? new("problem/solution/answer", "{\"problem\": ..., \"solution\": ..., \"answer\": ...}")
            {
                Columns = Has("solution") ? new() { Question = "problem", Answer = "solution", Gold = "answer" }
                    : new() { Question = "problem", Answer = "answer" },
            }
            : Has("question") ? Plain
            : throw row.Error(
                $"the columns are {Shown(names)}, which is no shape of rows that dpost knows; expected {Own}, problem and "
                + "solution, prompt and completion, messages, or question and choices, or columns that are named: "
                + "+data.columns.question=..., +data.columns.answer=... (of dpost data and evaluate: --columns question=... answer=...).");

        bool Has(params ReadOnlySpan<string> wanted)
        {
            foreach (var name in wanted)
            {
                if (!names.Contains(name))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>A row as a question, or as several where it is a conversation with several answers.</summary>
    /// <exception cref="UserErrorException">The row lacks what its shape has.</exception>
    public IEnumerable<QuestionRow> Read(JsonLine row)
    {
        var id = Columns.Id ?? "id";
        return Columns.Question == "messages" ? Messages.Read(row, "messages", id)
            : Columns is { Question: { } prompt, Answer: var answer } && IsList(row, prompt)
                ? [Messages.Read(row, prompt, answer is null ? null : Text(row, answer), id) with { Gold = Gold(row) }]
            : [Single(row, id)];
    }

    private QuestionRow Single(JsonLine row, string id)
    {
        var question = Text(row, Columns.Question!) ?? throw row.Error($"\"{Columns.Question}\" is missing; expected {Expected}.");
        if (HasChoices)
        {
            var (asked, gold) = Choices.Of(row, question, Columns.Choices!, Columns.Gold!);
            return new QuestionRow(row, asked, (Columns.Answer is { } steps ? Text(row, steps) : null) ?? gold?[..1], gold, id);
        }

        return new QuestionRow(
            row, question, Columns.Answer is { } rationale ? Text(row, rationale) : null, Gold(row), id);
    }

    /// <summary>The column whose list of messages may have a system message in front, null where texts stand.</summary>
    public string? MessagesColumn(JsonLine row) => Columns.Question is { } column && IsList(row, column) ? column : null;

    private bool IsList(JsonLine row, string name) => row.Property(name, Expected) is { ValueKind: JsonValueKind.Array };

    private string? Gold(JsonLine row) => Columns.Gold is { } column ? Text(row, column) : null;

    private static string Shown(IReadOnlyCollection<string> names) => names.Count == 0 ? "none"
        : string.Join(", ", names.Take(8).Select(name => name.Length > 30 ? name[..30] + "..." : name)) + (names.Count > 8 ? ", ..." : "");

    private static RowShape Mapped(ColumnsSection columns) => new(
        string.Join('/', ((string?[])[columns.Question, columns.Choices, columns.Answer, columns.Gold]).OfType<string>()),
        "the columns that data.columns names")
    {
        Columns = columns,
    };

    private string? Text(JsonLine row, string name) => row.Property(name, Expected) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => row.TextOf(text),
        { ValueKind: JsonValueKind.Number } number when double.IsFinite(number.GetDouble()) =>
            number.GetDouble().ToString(CultureInfo.InvariantCulture),
        { ValueKind: JsonValueKind.Array } => Messages.Flat(row, name),
        _ => throw row.Error($"\"{name}\" is not a string or a finite number; expected {Expected}."),
    };
}
