using System.Text.Json;

namespace DpoSt.Data;

/// <summary>A DPO training pair.</summary>
/// <param name="Prompt">What the model is given, template included; of messages what they say.</param>
/// <param name="Chosen">A rationale with the true final answer.</param>
/// <param name="Rejected">A rationale with a wrong or missing one.</param>
public sealed record PreferencePair(string Prompt, string Chosen, string Rejected)
{
    /// <summary>The messages that the model's chat template makes a prompt of; null where <see cref="Prompt"/> is one.</summary>
    public JsonElement? Messages { get; init; }
}
