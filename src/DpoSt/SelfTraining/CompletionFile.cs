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
    public static void Write(string path, IEnumerable<Completion> completions, IReadOnlyList<Problem> problems, SampleFormat format = SampleFormat.Dpost)
    {
        var questions = problems.ToDictionary(p => p.Id, p => p.Question, StringComparer.Ordinal);
        if (format == SampleFormat.Reference)
        {
            SampleFile.Write(path, completions.Select(c => new Sample(questions[c.ProblemId], c.Text)));
            return;
        }

        JsonLines.Write(path, completions.Select(c => new SampleRow(
            c.ProblemId, c.Sample, c.Seed, questions[c.ProblemId], c.Text, c.Verdict.ToString().ToLower(CultureInfo.InvariantCulture), c.Ids?.Length ?? 0, c.CalculatorTokens)));
    }

    /// <summary>Reads completions and judges them anew against the problems.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">The data set.</param>
    /// <param name="sample">Which sample of the problems it is.</param>
    /// <param name="format">What the file must be; null takes either.</param>
    /// <exception cref="UserErrorException">A line is no sample, or of a question that the problems do not hold.</exception>
    public static IReadOnlyList<Completion> Read(string path, IReadOnlyList<Problem> problems, int sample, SampleFormat? format = null)
    {
        // The first line tells; JsonLines names the file where it is missing or broken.
        var found = JsonLines.Read(path).FirstOrDefault()?.Value.ValueKind == JsonValueKind.Array ? SampleFormat.Reference : SampleFormat.Dpost;
        if (format is not null && format != found)
        {
            throw new UserErrorException($"{path}: the samples are written as {Named(found)} writes them; expected those of {Named(format.Value)}: leave --format out to read either.");
        }

        return found == SampleFormat.Reference ? ReadReference(path, problems, sample) : ReadOwn(path, problems, sample);
    }

    private static IReadOnlyList<Completion> ReadOwn(string path, IReadOnlyList<Problem> problems, int sample)
    {
        var byQuestion = problems.DistinctBy(p => p.Question, StringComparer.Ordinal).ToDictionary(p => p.Question, StringComparer.Ordinal);
        return [.. JsonLines.Read<SampleRow>(path, "{\"id\": ..., \"question\": ..., \"text\": ...}").Select(row => byQuestion.TryGetValue(row.Question, out var problem)
            ? new Completion(problem.Id, sample, 0, row.Text, Completion.Judge(row.Text, problem.Ans))
            : throw new UserErrorException($"{path}: the question \"{row.Question}\" is not in the data set: generate the samples again for this data."))];
    }

    // The reference writes questions as its tokenizer gives them back (for Llama within the prompt) and fills its last batch with repeated
    // ones: a sample belongs to the problem of its line, and what comes after the last problem is left out.
    private static IReadOnlyList<Completion> ReadReference(string path, IReadOnlyList<Problem> problems, int sample)
    {
        var rows = SampleFile.Read(path).Take(problems.Count).ToList();
        if (rows.Count < problems.Count)
        {
            throw new UserErrorException($"{path}: it has {rows.Count} samples, but the data set has {problems.Count} questions: generate the samples again for this data.");
        }

        var known = rows.Zip(problems).Count(pair => pair.First.Question.Contains(pair.Second.Question, StringComparison.Ordinal));
        return 2 * known >= problems.Count
            ? [.. rows.Zip(problems, (row, problem) => new Completion(problem.Id, sample, 0, row.Text, Completion.Judge(row.Text, problem.Ans)))]
            : throw new UserErrorException($"{path}: only {known} of its first {problems.Count} lines have the question that stands there in the data set: the file belongs to other data or is in another order.");
    }

    private static string Named(SampleFormat format) => format == SampleFormat.Reference ? "the paper's repository" : "dpost";

    private sealed record SampleRow(string Id, int Sample, long Seed, string Question, string Text, string Verdict, int Tokens, int CalculatorTokens);
}
