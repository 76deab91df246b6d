namespace DpoSt.Models;

/// <summary>Prompts and completions as token ids, ragged. Several completions may share a prompt (DPO's chosen and rejected, samples of one
/// question): a prompt is then encoded once.</summary>
/// <param name="Prompts">Token ids a prompt, special tokens included.</param>
/// <param name="Completions">Token ids a completion, the closing EOS included; every id is scored.</param>
/// <param name="PromptOf">The index of each completion's prompt.</param>
/// <param name="Examples">A number for each completion that stays the same over the whole run; it keys the dropout masks.</param>
internal sealed record TokenBatch(IReadOnlyList<int[]> Prompts, IReadOnlyList<int[]> Completions, int[] PromptOf, long[] Examples)
{
    /// <summary>The number of scored tokens.</summary>
    public int ScoredTokens => Completions.Sum(c => c.Length);

    /// <summary>All tokens, prompts included; a shared prompt counts once.</summary>
    public long Tokens => Prompts.Sum(p => (long)p.Length) + ScoredTokens;

    /// <summary>Some of its completions, with their prompts.</summary>
    public TokenBatch Rows(IReadOnlyList<int> rows)
    {
        var prompts = rows.Select(row => PromptOf[row]).Distinct().ToArray();
        return new TokenBatch(
            [.. prompts.Select(p => Prompts[p])],
            [.. rows.Select(row => Completions[row])],
            [.. rows.Select(row => Array.IndexOf(prompts, PromptOf[row]))],
            [.. rows.Select(row => Examples[row])]);
    }

    /// <summary>A batch in which every completion has a prompt of its own.</summary>
    public static TokenBatch Of(IReadOnlyList<(int[] Prompt, int[] Completion, long Example)> rows) => new(
        [.. rows.Select(r => r.Prompt)],
        [.. rows.Select(r => r.Completion)],
        [.. Enumerable.Range(0, rows.Count)],
        [.. rows.Select(r => r.Example)]);
}
