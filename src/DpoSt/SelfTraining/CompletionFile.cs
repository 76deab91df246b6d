using System.Globalization;
using System.Text.Json;
using DpoSt.Data;
using DpoSt.Data.ReferenceFormats;

namespace DpoSt.SelfTraining;

/// <summary>
/// Samples of a data set on disk, one JSON object a line, under the reference's names (<c>seed_K-t_T.json</c>, <c>greedy_decode.json</c>).
/// The reference's own files, whose lines are lists, are read as well.
/// </summary>
internal static class CompletionFile
{
    /// <summary>Writes completions in the order of the problems.</summary>
    public static void Write(string path, IEnumerable<Completion> completions, IReadOnlyList<Problem> problems)
    {
        var questions = problems.ToDictionary(p => p.Id, p => p.Question, StringComparer.Ordinal);
        JsonLines.Write(path, completions.Select(c => new SampleRow(
            c.ProblemId, c.Sample, c.Seed, questions[c.ProblemId], c.Text, c.Verdict.ToString().ToLower(CultureInfo.InvariantCulture), c.Ids?.Length ?? 0)));
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

    // The first line tells; JsonLines names the file where it is missing or broken.
    private static bool IsReference(string path) => JsonLines.Read(path).FirstOrDefault()?.Value.ValueKind == JsonValueKind.Array;

    private sealed record SampleRow(string Id, int Sample, long Seed, string Question, string Text, string Verdict, int Tokens);
}
