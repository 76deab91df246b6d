namespace DpoSt.Data.Synthetic;

/// <summary>A written word problem.</summary>
/// <param name="Id">Unique within its set: the set's name and the problem's place in it.</param>
/// <param name="Schema">The kind of story.</param>
/// <param name="Numbers">The schema's numbers, comma-separated: schema and numbers decide the set a problem belongs to.</param>
/// <param name="Steps">How many lines with an annotation the rationale has.</param>
/// <param name="Question">The question, in English.</param>
/// <param name="Rationale">Lines with `&lt;&lt;3*4=12&gt;&gt;12`, then `#### 12` (GSM8K); null where only the answer is given.</param>
/// <param name="Answer">The final answer.</param>
internal sealed record SyntheticProblem(
    string Id, string Schema, string Numbers, int Steps, string Question, string? Rationale, decimal Answer);
