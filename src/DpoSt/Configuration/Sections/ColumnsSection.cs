namespace DpoSt.Configuration.Sections;

/// <summary>The <c>data.columns</c> section, ours: what the columns of your files are called. Without it they are recognised by the usual
/// names. It holds for every file of questions.</summary>
internal sealed record ColumnsSection
{
    /// <summary>The question.</summary>
    public string? Question { get; init; }

    /// <summary>The answer to learn, with its steps or bare; the final answer is at its end, unless <c>gold</c> has it.</summary>
    public string? Answer { get; init; }

    /// <summary>The final answer alone.</summary>
    public string? Gold { get; init; }

    /// <summary>The choices of a question; <c>gold</c> says which is right.</summary>
    public string? Choices { get; init; }

    /// <summary>What names a question.</summary>
    public string? Id { get; init; }
}
