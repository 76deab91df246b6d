using DpoSt.Models;

namespace DpoSt.SelfTraining.Sessions;

/// <summary>What is trained or evaluated on, as token ids.</summary>
internal sealed record Examples<TBatch>(IReadOnlyList<(int Prompt, int Completion)> Lengths, Func<int[], TBatch> Batch)
{
    /// <summary>How many there are.</summary>
    public int Count => Lengths.Count;
}

/// <summary>Prompts with completions to learn by heart.</summary>
internal static class EncodedRows
{
    /// <summary>Rows in their order.</summary>
    public static Examples<TokenBatch> Of(IReadOnlyList<(int[] Prompt, int[] Completion)> rows) => new(
        [.. rows.Select(row => (row.Prompt.Length, row.Completion.Length))],
        part => TokenBatch.Of([.. part.Select(i => (rows[i].Prompt, rows[i].Completion, (long)i))]));
}
