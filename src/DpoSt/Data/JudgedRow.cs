namespace DpoSt.Data;

/// <summary>A completion that is right or wrong by itself: what KTO learns from.</summary>
/// <param name="Prompt">What the model is given, template included.</param>
/// <param name="Completion">A rationale.</param>
/// <param name="IsRight">Whether it has the true final answer.</param>
internal sealed record JudgedRow(string Prompt, string Completion, bool IsRight);
