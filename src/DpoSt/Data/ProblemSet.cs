using System.Collections;
using System.Globalization;
using System.Text.Json;
using DpoSt.Configuration.Sections;
using DpoSt.Data.PublishedFormats;
using DpoSt.Data.Shapes;
using DpoSt.Verification;

namespace DpoSt.Data;

/// <summary>The problems of a file of rows, in any format that <c>docs/your-data.md</c> lists. In GSM8K's shape a row has <c>question</c>,
/// <c>answer</c> (a rationale; absent for pool questions), <c>ans</c> (taken from the answer where absent, <see cref="GoldText"/>) and
/// <c>id</c> (the problem's index in the file where absent). SVAMP, MultiArith and ASDiv are read in their own formats.</summary>
internal sealed class ProblemSet : IReadOnlyList<Problem>
{
    private const string Expected = "{\"question\": ..., \"answer\": \"... #### 27\", \"ans\": 27}";
    private const int ShownCharacters = 60;
    private readonly IReadOnlyList<Problem> problems;

    private ProblemSet(IReadOnlyList<Problem> problems, int leftOut, string shape) =>
        (this.problems, LeftOut, Shape) = (problems, leftOut, shape);

    /// <inheritdoc/>
    public int Count => problems.Count;

    /// <inheritdoc/>
    public Problem this[int index] => problems[index];

    /// <summary>Problems of the file that are not here, since their answer is not a single number; only published sets have such.</summary>
    public int LeftOut { get; }

    /// <summary>The shape of the file's rows, such as <c>prompt/completion</c>.</summary>
    public string Shape { get; }

    /// <summary>What a file holds, where it is not in dpost's own shape: "1,000 rows of prompt/completion".</summary>
    public string? Said => Shape == RowShape.Plain.Name ? null : System.FormattableString.Invariant($"{Count:N0} rows of {Shape}");

    /// <summary>Reads a file, and refuses gold answers that what judges cannot read whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verifier">What judges answers to these problems; null is <see cref="Verifiers.Number"/>.</param>
    /// <param name="columns">What the columns are called; null recognises them.</param>
    /// <exception cref="UserErrorException">The file is absent or empty, a line is not a problem, its gold answer is refused, or an id
    /// comes twice.</exception>
    public static ProblemSet Load(string path, IVerifier? verifier = null, ColumnsSection? columns = null)
    {
        var judge = verifier ?? Verifiers.Number;
        var published = PublishedSet.Open(path);
        if (published?.Problems.Find(p => judge.Refusal(p.Ans) is not null) is { } refused)
        {
            throw new UserErrorException($"{path}: of the problem \"{refused.Id}\" {Refused(judge, refused.Ans)}");
        }

        var shape = RowShape.Plain.Name;
        var loaded = published?.Problems ?? ReadRows(path, judge, columns, found => shape = found.InWords);
        return published is not null
            && loaded.GroupBy(p => p.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } same
                ? throw new UserErrorException($"{path}: the id \"{same.Key}\" comes twice; expected a different id a problem.")
            : loaded.Count > 0
                ? new ProblemSet(loaded, published?.LeftOut ?? 0, shape)
                : throw new UserErrorException($"{path}: the file holds no problem; expected lines like {Expected}.");
    }

    /// <summary>The first problems of a file, read no further; of a published set all are read.</summary>
    /// <exception cref="UserErrorException">The file is absent, or one of them is broken.</exception>
    internal static IReadOnlyList<Problem> First(string path, int count, IVerifier judge, ColumnsSection columns) =>
        PublishedSet.Open(path) is not null
            ? [.. Load(path, judge, columns).Take(count)]
            : [.. ShapedRows.Read(path, columns).Take(count).Select((row, i) => Parse(row, i, judge))];

    /// <inheritdoc/>
    public IEnumerator<Problem> GetEnumerator() => problems.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static List<Problem> ReadRows(string path, IVerifier judge, ColumnsSection? columns, Action<RowShape> recognised)
    {
        var loaded = new List<Problem>();
        var rowOfId = new Dictionary<string, JsonLine>(StringComparer.Ordinal);
        foreach (var row in ShapedRows.Read(path, columns, recognised))
        {
            var problem = Parse(row, loaded.Count, judge);
            if (!rowOfId.TryAdd(problem.Id, row.Line))
            {
                var first = rowOfId[problem.Id];
                throw row.Line.Error(
                    $"the id \"{problem.Id}\" was used {(first.Path == row.Line.Path ? $"on line {first.Number}" : $"at {first.Place}")} "
                    + "already; expected a different id a problem.");
            }

            loaded.Add(problem);
        }

        return loaded;
    }

    private static Problem Parse(QuestionRow row, int index, IVerifier judge)
    {
        if (string.IsNullOrWhiteSpace(row.Question))
        {
            throw row.Line.Error($"the question is empty; expected {Expected}.");
        }

        if (row.Conversation is not null)
        {
            throw row.Line.Error(
                "the conversation has several turns; fine-tuning learns from such (dpost sft), but a question that models answer is one "
                + "message of user, with the right answer as one of assistant.");
        }

        var gold = row.Gold ?? GoldText.Of(row.Rationale ?? "");
        return gold.Length == 0
            ? throw row.Line.Error(
                $"there is no final answer, neither in a column of its own nor at the end of an answer; expected {Expected}.")
            : judge.Refusal(gold) is null
            ? new Problem(Id(row.Line, row.IdColumn, index), row.Question, row.Rationale, judge.Plain(gold))
            : throw row.Line.Error(Refused(judge, gold));
    }

    /// <summary>A problem's own id, or its place in the file.</summary>
    internal static string Id(JsonLine line, string name, int index) =>
        line.Property(name, Expected) switch
        {
            null or { ValueKind: JsonValueKind.Null } => index.ToString(CultureInfo.InvariantCulture),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            { ValueKind: JsonValueKind.String } text => line.TextOf(text),
            _ => throw line.Error($"\"{name}\" is neither a string nor a number."),
        };

    private static string Refused(IVerifier judge, string gold)
    {
        var shown = gold.Length <= ShownCharacters ? gold : gold[..ShownCharacters] + "...";
        return $"the gold answer is \"{shown}\", which the verifier {judge.Name} cannot read whole: {judge.Refusal(gold)}.";
    }
}
