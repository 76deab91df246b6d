namespace DpoSt.Data;

/// <summary>A DPO training pair.</summary>
/// <param name="Prompt">What the model is given, template included.</param>
/// <param name="Chosen">A rationale with the true final answer.</param>
/// <param name="Rejected">A rationale with a wrong or missing one.</param>
public sealed record PreferencePair(string Prompt, string Chosen, string Rejected);
