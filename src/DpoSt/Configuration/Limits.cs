namespace DpoSt.Configuration;

/// <summary>Beyond these a number is a mistake: nobody means it, and what it sizes would take all memory first.</summary>
internal static class Limits
{
    /// <summary>Tokens of a text.</summary>
    public const int Tokens = 1 << 20;

    /// <summary>Rows of a batch, and batches of a step.</summary>
    public const int Rows = 1 << 14;

    /// <summary>Samples a question.</summary>
    public const int Samples = 10_000;

    /// <summary>Rounds of the loop.</summary>
    public const int Iterations = 1000;

    /// <summary>Processes of a job on one machine.</summary>
    public const int Processes = 1024;

    /// <summary>Threads of a process.</summary>
    public const int Threads = 1024;
}
