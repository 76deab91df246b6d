namespace DpoSt.Parallel;

/// <summary>What is over once it has begun: among one rank, or in a stream's order.</summary>
internal sealed class NothingPending : IPendingTransfer
{
    public static NothingPending Instance { get; } = new();
    public void Advance() { }
    public void Wait() { }
}
