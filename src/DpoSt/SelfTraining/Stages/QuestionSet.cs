using DpoSt.Data;
using DpoSt.Runs;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Questions that models answer.</summary>
/// <param name="Split">What they are for: train, dev, test, ood.</param>
/// <param name="File">The questions; those of <c>train</c> have rationales.</param>
/// <param name="Pool">Further questions of which only the final answers are known; null is none.</param>
internal sealed record QuestionSet(string Split, string File, string? Pool = null)
{
    /// <summary>The files as a stage's inputs.</summary>
    public IReadOnlyList<StageInput> Inputs => Pool is null ? [new("questions", File)] : [new("questions", File), new("pool", Pool)];

    /// <summary>Reads them. A pool question has no rationale, and an id that no labelled one has.</summary>
    /// <exception cref="UserErrorException">A file is missing or broken.</exception>
    public IReadOnlyList<Problem> Load()
    {
        var labelled = ProblemSet.Load(File);
        return Pool is null ? labelled : [.. labelled, .. ProblemSet.Load(Pool).Select(p => p with { Id = $"pool {p.Id}", Answer = null })];
    }
}
