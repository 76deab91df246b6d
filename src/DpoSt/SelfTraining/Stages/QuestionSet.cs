using DpoSt.Configuration.Sections;
using DpoSt.Data;
using DpoSt.Runs;
using DpoSt.Verification;

namespace DpoSt.SelfTraining.Stages;

/// <summary>Questions that models answer, with rationales in <c>train</c>; those of a pool have only final answers.</summary>
internal sealed record QuestionSet(string Split, string File, VerifierOptions Verifier, string? Pool = null)
{
    /// <summary>What the columns of the files are called.</summary>
    public ColumnsSection Columns { get; init; } = new();

    private readonly Lazy<IVerifier> judge = new(() => Verifiers.Of(Verifier));

    /// <summary>What judges the answers to them.</summary>
    public IVerifier Judge => judge.Value;

    /// <summary>The files that a stage that judges depends on.</summary>
    public IReadOnlyList<StageInput> JudgedInputs =>
        Verifier.Program is { } program ? [.. Inputs, new("verifier", program)] : Inputs;

    /// <summary>The files as a stage's inputs.</summary>
    public IReadOnlyList<StageInput> Inputs => Pool is null ? [new(Role("questions"), File)]
        : [new(Role("questions"), File), new(Role("pool"), Pool)];

    /// <summary>Reads them. A pool question has no rationale, and an id that no labelled one has.</summary>
    /// <exception cref="UserErrorException">A file is missing or broken.</exception>
    public IReadOnlyList<Problem> Load()
    {
        var labelled = ProblemSet.Load(File, Judge, Columns);
        return Pool is null ? labelled
            : [.. labelled, .. ProblemSet.Load(Pool, Judge, Columns).Select(p => p with { Id = $"pool {p.Id}", Answer = null })];
    }

    // Other names of columns make other questions of the same file.
    private string Role(string role) => SftStage.RoleOf(role, Columns);
}
