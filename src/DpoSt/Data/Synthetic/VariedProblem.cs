namespace DpoSt.Data.Synthetic;

/// <summary>A written word problem that can be solved in several ways.</summary>
/// <param name="Id">Unique within its set: the set's name and the problem's place in it.</param>
/// <param name="Schema">The kind of story.</param>
/// <param name="Numbers">The schema's numbers, comma-separated: schema and numbers decide the set a problem belongs to.</param>
/// <param name="Question">The question, in English.</param>
/// <param name="Rationales">Right rationales in GSM8K's form, no two with the same calculations in the same order, in random order.</param>
/// <param name="Answer">The final answer of all of them.</param>
internal sealed record VariedProblem(
    string Id, string Schema, string Numbers, string Question, IReadOnlyList<string> Rationales, decimal Answer);
