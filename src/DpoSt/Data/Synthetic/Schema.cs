namespace DpoSt.Data.Synthetic;

/// <summary>A kind of problem: its name, the number of steps of its rationale, and the story it tells.</summary>
internal sealed record Schema(string Name, int Steps, Action<Scene> Tell);
