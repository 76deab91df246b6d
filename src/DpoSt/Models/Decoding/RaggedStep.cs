namespace DpoSt.Models.Decoding;

/// <summary>The tokens of one decode step: for token n its slot, its position, how far it sees, and the prompt it belongs to.</summary>
internal sealed record RaggedStep(int[] Slots, int[] Positions, int[] Lengths, int[] Prompts, int[] PromptLengths, long[] Last)
{
    public static readonly RaggedStep Empty = new([], [], [], [], [], []);

    /// <summary>
    /// Lays out entry i's <paramref name="counts"/>[i] new tokens behind the <paramref name="rowLength"/> tokens its slot holds already,
    /// and advances those lengths. <see cref="Last"/> gives the row of each entry's last token.
    /// </summary>
    public static RaggedStep Of(ReadOnlySpan<int> slots, ReadOnlySpan<int> counts, int[] rowLength, int[] rowPrompt, int[] promptLength)
    {
        var total = 0;
        foreach (var count in counts)
        {
            total += count;
        }

        var step = new RaggedStep(new int[total], new int[total], new int[total], new int[total], new int[total], new long[slots.Length]);
        var n = 0;
        for (var i = 0; i < slots.Length; i++)
        {
            for (var c = 0; c < counts[i]; c++, n++)
            {
                step.Slots[n] = slots[i];
                step.Positions[n] = rowLength[slots[i]]++;
                step.Lengths[n] = step.Positions[n] + 1;
                step.Prompts[n] = rowPrompt[slots[i]];
                step.PromptLengths[n] = promptLength[step.Prompts[n]];
            }

            step.Last[i] = n - 1;
        }

        return step;
    }
}
