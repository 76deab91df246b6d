namespace DpoSt.Models.Decoding;

/// <summary>Which row lives in which slot of a decoder, how long it is, and over which prompt; which places for prompts are free.</summary>
internal sealed class SlotTable(int slots, int maxPromptTokens)
{
    private readonly int[] rowLength = new int[slots];
    private readonly int[] rowPrompt = new int[slots];
    private readonly int[] promptLength = new int[slots];
    private readonly Stack<int> freePrompts = new(Enumerable.Range(0, slots).Reverse());

    /// <summary>Takes a place for every prompt, of which <paramref name="held"/> tokens each will be in the cache.</summary>
    /// <exception cref="ArgumentException">A prompt is empty or longer than what was said when the decoder was made.</exception>
    public int[] AddPrompts(IReadOnlyList<int[]> prompts, Func<int[], int> held)
    {
        CheckLengths(prompts, maxPromptTokens);
        return [.. prompts.Select(prompt =>
        {
            var handle = freePrompts.Pop();
            promptLength[handle] = held(prompt);
            return handle;
        })];
    }

    /// <summary>Every prompt must have a token, and no more than room was made for.</summary>
    /// <exception cref="ArgumentException">One does not.</exception>
    public static void CheckLengths(IReadOnlyList<int[]> prompts, int maxPromptTokens)
    {
        if (prompts.FirstOrDefault(p => p.Length == 0 || p.Length > maxPromptTokens) is { } wrong)
        {
            throw new ArgumentException($"a prompt of {wrong.Length} tokens does not fit into 1 to {maxPromptTokens}", nameof(prompts));
        }
    }

    /// <summary>A prompt's place is free again.</summary>
    public void RemovePrompt(int prompt) => freePrompts.Push(prompt);

    /// <summary>A slot begins a new row.</summary>
    public void Start(int slot, int prompt) => (rowLength[slot], rowPrompt[slot]) = (0, prompt);

    /// <summary>Lays out a step's tokens behind what the slots hold, and counts them in.</summary>
    public RaggedStep Lay(ReadOnlySpan<int> slots, ReadOnlySpan<int> counts) =>
        RaggedStep.Of(slots, counts, rowLength, rowPrompt, promptLength);
}
