using DpoSt.Answering;
using DpoSt.Data.PaperFormats;

namespace DpoSt.Evaluation;

/// <summary>Two models on the same questions.</summary>
/// <param name="First">The first file of answers.</param>
/// <param name="Second">The second.</param>
/// <param name="FirstAccuracy">The first model's accuracy.</param>
/// <param name="SecondAccuracy">The second's.</param>
/// <param name="Both">Questions that both answer right.</param>
/// <param name="OnlyFirst">Questions that only the first answers right.</param>
/// <param name="OnlySecond">Questions that only the second answers right.</param>
/// <param name="Neither">Questions that none answers right.</param>
/// <param name="Difference">The second's accuracy minus the first's, and how sure it is.</param>
internal sealed record AnswerComparison(
    string First, string Second, Accuracy FirstAccuracy, Accuracy SecondAccuracy, int Both, int OnlyFirst, int OnlySecond, int Neither,
    PairedBootstrap Difference)
{
    /// <summary>Compares two files of greedy answers, or two folders that hold one each.</summary>
    /// <exception cref="UserErrorException">A file is absent, holds no answers, or the two answer different questions.</exception>
    public static AnswerComparison Of(string first, string second)
    {
        var (firstFile, secondFile) = (FileOf(first), FileOf(second));
        var (a, b) = (CompletionFile.ReadVerdicts(firstFile), CompletionFile.ReadVerdicts(secondFile));
        var byId = b.ToDictionary(answer => answer.Id, StringComparer.Ordinal);
        var others = a.Count(answer => byId.GetValueOrDefault(answer.Id)?.Question != answer.Question);
        if (others > 0 || a.Count != b.Count)
        {
            throw new UserErrorException(
                $"{firstFile} and {secondFile} answer different questions "
                + $"({a.Count - others} in common, of {a.Count} and {b.Count}): evaluate both models on the same file.");
        }

        bool[] firstRight = [.. a.Select(answer => answer.IsCorrect)];
        bool[] secondRight = [.. a.Select(answer => byId[answer.Id].IsCorrect)];
        return new AnswerComparison(
            firstFile, secondFile, AccuracyOf(firstRight), AccuracyOf(secondRight),
            Count(true, true), Count(true, false), Count(false, true), Count(false, false),
            PairedBootstrap.Compare(firstRight, secondRight));

        Accuracy AccuracyOf(bool[] right) => Accuracy.Of(right.Count(r => r), a.Count);

        int Count(bool isFirst, bool isSecond) => firstRight.Zip(secondRight).Count(pair => pair == (isFirst, isSecond));
    }

    // A folder of a run holds greedy_decode.json; one of evaluate's holds what it was told to write.
    private static string FileOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return path;
        }

        var greedy = Path.Combine(path, SampleFile.GreedyName);
        string[] found = File.Exists(greedy) ? [greedy] : [.. Directory.EnumerateFiles(path, "*.jsonl")
            .Where(file => !file.EndsWith($"{DataSetEvaluation.SamplesSuffix}.jsonl", StringComparison.Ordinal))
            .Where(CompletionFile.HoldsVerdicts)];
        if (found is [var only])
        {
            return only;
        }

        var sets = Directory.EnumerateDirectories(path)
            .Where(set => File.Exists(Path.Combine(set, SampleFile.GreedyName)))
            .Order(StringComparer.Ordinal)
            .ToArray();
        throw new UserErrorException(found.Length == 0 && sets.Length > 0
            ? $"{path}: the answers are one folder below; name one of {string.Join(", ", sets)}."
            : $"{path}: the folder holds {found.Length} files of greedy answers; "
                + $"expected {SampleFile.GreedyName} or a single .jsonl of dpost evaluate: name the file.");
    }
}
