namespace DpoSt.Verification;

/// <summary>Which verifier judges, and how.</summary>
/// <param name="Name">One of <see cref="Verifiers.Names"/>.</param>
/// <param name="Tolerance">number and boxed: the share of the gold answer by which a number may differ; null is their own rule.</param>
/// <param name="Pattern">regex: an expression whose group <c>answer</c>, or first group, or whole match is the final answer.</param>
/// <param name="Program">program: an executable file.</param>
/// <param name="Seconds">program: how long it may take for one answer.</param>
public sealed record VerifierOptions(
    string Name = Verifiers.Default, double? Tolerance = null, string? Pattern = null, string? Program = null, double? Seconds = null);
