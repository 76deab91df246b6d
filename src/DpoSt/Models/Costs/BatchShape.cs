namespace DpoSt.Models.Costs;

/// <summary>The tokens of a prompt and of each completion over it.</summary>
internal sealed record PromptShape(int Prompt, IReadOnlyList<int> Completions);

/// <summary>A batch by its lengths alone: all that its memory and its work depend on.</summary>
internal sealed record BatchShape(IReadOnlyList<PromptShape> Prompts)
{
    /// <summary>The number of completions.</summary>
    public int Rows => Prompts.Sum(p => p.Completions.Count);

    /// <summary>The longest prompt.</summary>
    public int PromptWidth => Math.Max(1, Prompts.Max(p => p.Prompt));

    /// <summary>The longest completion.</summary>
    public int CompletionWidth => Math.Max(1, Prompts.Max(p => p.Completions.Max()));

    /// <summary>The number of scored tokens.</summary>
    public long ScoredTokens => Prompts.Sum(p => p.Completions.Sum(c => (long)c));

    /// <summary>Equal prompts, each with as many completions of one length.</summary>
    public static BatchShape Uniform(int prompts, int promptTokens, int completionTokens, int completions = 1) =>
        new([.. Enumerable.Repeat(new PromptShape(promptTokens, [.. Enumerable.Repeat(completionTokens, completions)]), prompts)]);

    /// <summary>The lengths of a batch.</summary>
    public static BatchShape Of(TokenBatch batch) => new([.. batch.Prompts.Select((prompt, p) =>
        new PromptShape(prompt.Length, [.. batch.Completions.Where((_, c) => batch.PromptOf[c] == p).Select(c => c.Length)]))]);
}
