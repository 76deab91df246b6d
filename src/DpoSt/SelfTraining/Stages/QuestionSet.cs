using DpoSt.Data;
using DpoSt.Runs;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Questions that models answer, with rationales in <c>train</c>; those of a pool have only final answers.</summary>
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
