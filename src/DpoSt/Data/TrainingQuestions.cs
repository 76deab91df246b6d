namespace DpoSt.Data;

/// <summary>What self-training asks: the labelled questions, then a pool of questions with final answers only.</summary>
internal static class TrainingQuestions
{
    /// <summary>Reads both files; a pool question has no rationale, and an id that no labelled one has.</summary>
    /// <exception cref="UserErrorException">A file is missing or broken.</exception>
    public static IReadOnlyList<Problem> Load(string trainFile, string? poolFile)
    {
        var labelled = ProblemSet.Load(trainFile);
        return poolFile is null
            ? labelled
            : [.. labelled, .. ProblemSet.Load(poolFile).Select(p => p with { Id = $"pool {p.Id}", Answer = null })];
    }
}
