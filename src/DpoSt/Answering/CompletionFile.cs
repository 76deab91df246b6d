using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DpoSt.Data;
using DpoSt.Data.PaperFormats;
using DpoSt.Verification;

namespace DpoSt.Answering;

/// <summary>A question and whether its answer is right.</summary>
internal sealed record AnsweredQuestion(string Id, string Question, bool IsCorrect);

/// <summary>
/// Samples of a data set on disk, one JSON object a line, named as in the paper's code (<c>seed_K-t_T.json</c>,
/// <c>greedy_decode.json</c>). The files of the paper's code, whose lines are lists, are read too.
/// </summary>
internal static class CompletionFile
{
    // More is rounding: a row's sum is of single-precision numbers.
    private const int LogProbDigits = 4;
    private const string Expected = "{\"id\": ..., \"question\": ..., \"text\": ...}";

    /// <summary>Writes completions in the order of the problems.</summary>
    public static void Write(
        string path, IEnumerable<Completion> completions, IReadOnlyList<Problem> problems, SampleFormat format = SampleFormat.Dpost)
    {
        var byId = problems.ToDictionary(p => p.Id, StringComparer.Ordinal);
        if (format == SampleFormat.Reference)
        {
            SampleFile.Write(path, completions.Select(c => new Sample(byId[c.ProblemId].Question, c.Text)));
            return;
        }

        JsonLines.Write(path, completions.Select(c => new SampleRow(
            c.ProblemId, c.Sample, c.Seed, byId[c.ProblemId].Question, byId[c.ProblemId].Ans, c.Text,
            Named(c.Verdict), c.Ids?.Length ?? 0, c.CalculatorTokens,
            c.LogProb is { } logProb ? Math.Round(logProb, LogProbDigits) : null)));
    }

    /// <summary>Reads completions and judges them again against the problems; without a format either is read.</summary>
    /// <exception cref="UserErrorException">A line is not a sample, or of a question that the problems do not hold.</exception>
    public static IReadOnlyList<Completion> Read(
        string path, IReadOnlyList<Problem> problems, int sample, IVerifier verifier, SampleFormat? format = null)
    {
        // The first line tells; JsonLines names the file where it is missing or broken.
        var isList = JsonLines.Read(path).FirstOrDefault()?.Value.ValueKind == JsonValueKind.Array;
        var found = isList ? SampleFormat.Reference : SampleFormat.Dpost;
        if (format is not null && format != found)
        {
            throw new UserErrorException(
                $"{path}: the samples are written as {Named(found)} writes them; expected those of {Named(format.Value)}: "
                + "leave --format out to read either.");
        }

        return found == SampleFormat.Reference ? ReadReference(path, problems, sample, verifier)
            : ReadOwn(path, problems, sample, verifier);
    }

    private static IReadOnlyList<Completion> ReadOwn(string path, IReadOnlyList<Problem> problems, int sample, IVerifier verifier)
    {
        var byQuestion = problems.ToLookup(p => p.Question, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<Completion> read = [.. JsonLines.Read<SampleRow>(path, Expected).Select(row =>
        {
            // A data set may ask one question twice, even with two answers: then the id tells which. Elsewhere ids may have changed.
            var problem = byQuestion[row.Question].FirstOrDefault(p => p.Id == row.Id) ?? byQuestion[row.Question].FirstOrDefault()
                ?? throw new UserErrorException(
                    $"{path}: the question \"{row.Question}\" is not in the data set: generate the samples again for this data.");
            return seen.Add(problem.Id)
                ? Completion.Of(problem, sample, 0, row.Text, verifier)
                : throw new UserErrorException(
                    $"{path}: the question \"{row.Question}\" is answered twice; expected one answer a question: "
                    + "generate the samples again for this data.");
        })];
        return read.Count == problems.Count ? read : throw TooFew(path, read.Count, problems);
    }

    // The paper's code writes questions as its tokenizer gives them back (for Llama within the prompt) and fills its last batch up
    // with some again: a sample belongs to the problem of its line, and what comes after the last problem is left out.
    private static IReadOnlyList<Completion> ReadReference(
        string path, IReadOnlyList<Problem> problems, int sample, IVerifier verifier)
    {
        var rows = SampleFile.Read(path).Take(problems.Count).ToList();
        if (rows.Count < problems.Count)
        {
            throw TooFew(path, rows.Count, problems);
        }

        var known = rows.Zip(problems).Count(pair => pair.First.Question.Contains(pair.Second.Question, StringComparison.Ordinal));
        return 2 * known >= problems.Count
            ? [.. rows.Zip(problems, (row, problem) =>
                Completion.Of(problem, sample, 0, row.Text, verifier))]
            : throw new UserErrorException(
                $"{path}: only {known} of its first {problems.Count} lines have the question that stands there in the data set: "
                + "the file belongs to other data or is in another order.");
    }

    /// <summary>Brings the verdicts of a file up to date after another verifier has judged its answers, in their order; gives whether any
    /// was not.</summary>
    public static bool Refresh(string path, IReadOnlyList<Completion> judged)
    {
        var rows = JsonLines.Read<SampleRow>(path, Expected).ToList();
        List<SampleRow> fresh = [.. rows.Zip(judged, (row, completion) => row with { Verdict = Named(completion.Verdict) })];
        var isStale = !rows.Select(row => row.Verdict).SequenceEqual(fresh.Select(row => row.Verdict), StringComparer.Ordinal);
        if (isStale)
        {
            JsonLines.Write(path, fresh);
        }

        return isStale;
    }

    /// <summary>Reads the verdicts that <see cref="Write"/> left, in the file's order.</summary>
    /// <exception cref="UserErrorException">The file holds no answers with verdicts, or one question twice.</exception>
    public static IReadOnlyList<AnsweredQuestion> ReadVerdicts(string path)
    {
        const string expected = "{\"id\": ..., \"question\": ..., \"text\": ..., \"verdict\": \"correct\"}, as dpost evaluate writes";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var answers = JsonLines.Read(path).Select(line =>
        {
            var (id, verdict) = (line.Text("id", expected), line.Text("verdict", expected));
            return !seen.Add(id) ? throw line.Error($"the question \"{id}\" comes twice; expected one greedy answer a question.")
                : Enum.TryParse<Verdict>(verdict, ignoreCase: true, out var known) && char.IsLetter(verdict[0])
                    ? new AnsweredQuestion(id, line.Text("question", expected), known == Verdict.Correct)
                    : throw line.Error($"\"verdict\" is \"{verdict}\"; expected {expected}.");
        }).ToList();
        return answers.Count > 0
            ? answers
            : throw new UserErrorException($"{path}: the file holds no answer; expected lines like {expected}.");
    }

    /// <summary>Whether a file holds answers with verdicts, by its first line.</summary>
    public static bool HoldsVerdicts(string path)
    {
        try
        {
            return JsonLines.Read(path).FirstOrDefault()?.Property("verdict", "") is not null;
        }
        catch (UserErrorException)
        {
            return false;                                          // some other file
        }
    }

    private static UserErrorException TooFew(string path, int count, IReadOnlyList<Problem> problems) =>
        new($"{path}: it has {count} samples, but the data set has {problems.Count} questions: generate the samples again for this data.");

    private static string Named(Verdict verdict) => verdict.ToString().ToLower(CultureInfo.InvariantCulture);

    private static string Named(SampleFormat format) => format == SampleFormat.Reference ? "the paper's code" : "dpost";

    private sealed record SampleRow(
        string Id, int Sample, long Seed, string Question, [property: JsonConverter(typeof(AnsJson))] string Ans, string Text,
        string Verdict, int Tokens, int CalculatorTokens, double? LogProb = null);
}
