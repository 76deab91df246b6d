using System.Globalization;
using System.Text.Json;
using DpoSt.Data;
using DpoSt.Data.ReferenceFormats;

namespace DpoSt.SelfTraining;

/// <summary>A question and whether its answer is right.</summary>
internal sealed record AnsweredQuestion(string Id, string Question, bool IsCorrect);

/// <summary>
/// Samples of a data set on disk, one JSON object a line, under the reference's names (<c>seed_K-t_T.json</c>, <c>greedy_decode.json</c>).
/// The reference's own files, whose lines are lists, are read as well.
/// </summary>
internal static class CompletionFile
{
    /// <summary>Writes completions in the order of the problems.</summary>
    public static void Write(string path, IEnumerable<Completion> completions, IReadOnlyList<Problem> problems)
    {
        var byId = problems.ToDictionary(p => p.Id, StringComparer.Ordinal);
        JsonLines.Write(path, completions.Select(c => new SampleRow(
            c.ProblemId, c.Sample, c.Seed, byId[c.ProblemId].Question, byId[c.ProblemId].Ans, c.Text, c.Verdict.ToString().ToLower(CultureInfo.InvariantCulture), c.Ids?.Length ?? 0)));
    }

    /// <summary>Reads completions and judges them anew against the problems.</summary>
    /// <exception cref="UserErrorException">A line is no sample, or of a question that the problems do not hold.</exception>
    public static IReadOnlyList<Completion> Read(string path, IReadOnlyList<Problem> problems, int sample)
    {
        var byQuestion = problems.DistinctBy(p => p.Question, StringComparer.Ordinal).ToDictionary(p => p.Question, StringComparer.Ordinal);
        var samples = IsReference(path)
            ? SampleFile.Read(path)
            : JsonLines.Read<SampleRow>(path, "{\"id\": ..., \"question\": ..., \"text\": ...}").Select(row => new Sample(row.Question, row.Text));
        return [.. samples.Select(s => byQuestion.TryGetValue(s.Question, out var problem)
            ? new Completion(problem.Id, sample, 0, s.Text, Completion.Judge(s.Text, problem.Ans))
            : throw new UserErrorException($"{path}: the question \"{s.Question}\" is not in the data set: generate the samples again for this data."))];
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
        return answers.Count > 0 ? answers : throw new UserErrorException($"{path}: the file holds no answer; expected lines like {expected}.");
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

    // The first line tells; JsonLines names the file where it is missing or broken.
    private static bool IsReference(string path) => JsonLines.Read(path).FirstOrDefault()?.Value.ValueKind == JsonValueKind.Array;

    private sealed record SampleRow(string Id, int Sample, long Seed, string Question, double Ans, string Text, string Verdict, int Tokens);
}
