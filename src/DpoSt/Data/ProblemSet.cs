using System.Collections;
using System.Globalization;
using System.Text.Json;
using DpoSt.Data.PublishedFormats;
using DpoSt.Verification;

namespace DpoSt.Data;

/// <summary>The problems of a JSONL file: <c>question</c>, <c>answer</c> (a rationale; absent for pool questions), <c>ans</c> (taken from
/// the answer where absent, <see cref="GoldText"/>), <c>id</c> (the problem's index in the file where absent). GSM8K as OpenAI publishes
/// it is such a
/// file; SVAMP, MultiArith and ASDiv are read in their own formats.</summary>
public sealed class ProblemSet : IReadOnlyList<Problem>
{
    private const string Expected = "{\"question\": ..., \"answer\": \"... #### 27\", \"ans\": 27}";
    private const int ShownCharacters = 60;
    private readonly IReadOnlyList<Problem> problems;

    private ProblemSet(IReadOnlyList<Problem> problems, int leftOut) => (this.problems, LeftOut) = (problems, leftOut);

    /// <inheritdoc/>
    public int Count => problems.Count;

    /// <inheritdoc/>
    public Problem this[int index] => problems[index];

    /// <summary>Problems of the file that are not here, since their answer is not a single number; only published sets have such.</summary>
    public int LeftOut { get; }

    /// <summary>Reads a file, and refuses gold answers that what judges cannot read whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verifier">What judges answers to these problems; null is <see cref="Verifiers.Number"/>.</param>
    /// <exception cref="UserErrorException">The file is absent or empty, a line is not a problem, its gold answer is refused, or an id
    /// comes twice.</exception>
    public static ProblemSet Load(string path, IVerifier? verifier = null)
    {
        var judge = verifier ?? Verifiers.Number;
        var published = PublishedSet.Open(path);
        if (published?.Problems.Find(p => judge.Refusal(p.Ans) is not null) is { } refused)
        {
            throw new UserErrorException($"{path}: of the problem \"{refused.Id}\" {Refused(judge, refused.Ans)}");
        }

        var loaded = published?.Problems ?? ReadLines(path, judge);
        return published is not null
            && loaded.GroupBy(p => p.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } same
                ? throw new UserErrorException($"{path}: the id \"{same.Key}\" comes twice; expected a different id a problem.")
            : loaded.Count > 0
                ? new ProblemSet(loaded, published?.LeftOut ?? 0)
                : throw new UserErrorException($"{path}: the file holds no problem; expected lines like {Expected}.");
    }

    /// <inheritdoc/>
    public IEnumerator<Problem> GetEnumerator() => problems.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static List<Problem> ReadLines(string path, IVerifier judge)
    {
        var loaded = new List<Problem>();
        var lineOfId = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in JsonLines.Read(path))
        {
            var problem = Parse(line, loaded.Count, judge);
            if (!lineOfId.TryAdd(problem.Id, line.Number))
            {
                var first = lineOfId[problem.Id];
                throw line.Error($"the id \"{problem.Id}\" was used on line {first} already; expected a different id a problem.");
            }

            loaded.Add(problem);
        }

        return loaded;
    }

    private static Problem Parse(JsonLine line, int index, IVerifier judge)
    {
        var question = line.Text("question", Expected);
        if (string.IsNullOrWhiteSpace(question))
        {
            throw line.Error($"\"question\" is empty; expected {Expected}.");
        }

        var answer = line.OptionalText("answer", Expected);
        var ans = Ans(line, answer);
        return judge.Refusal(ans) is null ? new Problem(Id(line, "id", index), question, answer, judge.Plain(ans))
            : throw line.Error(Refused(judge, ans));
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

    private static string Ans(JsonLine line, string? answer) =>
        line.Property("ans", Expected) switch
        {
            { ValueKind: JsonValueKind.Number } number when double.IsFinite(number.GetDouble()) =>
                number.GetDouble().ToString(CultureInfo.InvariantCulture),
            { ValueKind: JsonValueKind.String } text => line.TextOf(text),
            null or { ValueKind: JsonValueKind.Null } => GoldText.Of(answer ?? "") is { Length: > 0 } gold ? gold
                : throw line.Error($"there is no final answer, neither \"ans\" nor at the end of \"answer\"; expected {Expected}."),
            _ => throw line.Error($"\"ans\" is neither a finite number nor a string; expected {Expected}."),
        };

    private static string Refused(IVerifier judge, string gold)
    {
        var shown = gold.Length <= ShownCharacters ? gold : gold[..ShownCharacters] + "...";
        return $"the gold answer is \"{shown}\", which the verifier {judge.Name} cannot read whole: {judge.Refusal(gold)}.";
    }
}
