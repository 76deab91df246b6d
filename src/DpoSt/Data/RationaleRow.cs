namespace DpoSt.Data;

/// <summary>A row for supervised fine-tuning.</summary>
/// <param name="Question">The bare question.</param>
/// <param name="Answer">A rationale, in the format of the model that it is for.</param>
public sealed record RationaleRow(string Question, string Answer);
