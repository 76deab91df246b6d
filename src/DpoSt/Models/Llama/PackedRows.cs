using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Llama;

/// <summary>A batch without padding: a group is a prompt followed by the completions that share it, each of which sees the prompt and
/// itself alone. A completion's last token is scored but never fed. Shapes: N tokens, L tokens of a group, M scored tokens.</summary>
/// <param name="Ids">The tokens fed: [N].</param>
/// <param name="Positions">Their positions; a completion's go on from its prompt's.</param>
/// <param name="GroupLengths">L of each group.</param>
/// <param name="Masks">Zero where a token may look and the lowest finite number where not: [1, 1, L, L] a group.</param>
/// <param name="AttentionKeys">What keys the dropout of each group's attention rows [H * L]; null without dropout.</param>
/// <param name="Scored">The token whose logits score each target: [M], completion by completion as the batch has them.</param>
internal sealed record PackedRows(
    int[] Ids, int[] Positions, long[] GroupLengths, Tensor[] Masks, ulong[][]? AttentionKeys, long[] Scored)
{
    /// <summary>The same rows over other tensors in place of <see cref="Masks"/>.</summary>
    public PackedRows Over(Tensor[] masks) => this with { Masks = masks };

    /// <summary>Lays out a batch.</summary>
    /// <param name="batch">Prompts of at least one token each, with completions.</param>
    /// <param name="dropoutHeads">Query heads whose attention is dropped; null without dropout.</param>
    public static PackedRows Of(TokenBatch batch, int? dropoutHeads, Device device)
    {
        var (ids, positions, lengths, masks, keys) = (
            new List<int>(), new List<int>(), new List<long>(), new List<Tensor>(), new List<ulong[]>());
        var places = new (int Start, int Last)[batch.Completions.Count];             // where a completion begins, and the token before it
        foreach (var (prompt, p) in batch.Prompts.Select((prompt, p) => (prompt, p)))
        {
            ArgumentOutOfRangeException.ThrowIfZero(prompt.Length, nameof(batch));    // nothing precedes its first token
            var members = Enumerable.Range(0, batch.PromptOf.Length).Where(c => batch.PromptOf[c] == p).ToArray();
            var (first, owners, examples) = (ids.Count, new List<int>(), new List<long>());
            Add(prompt, 0, -1, members.Length == 0 ? 0 : batch.Examples[members[0]]);
            foreach (var c in members)
            {
                places[c] = (ids.Count, first + prompt.Length - 1);
                Add(batch.Completions[c].AsSpan(0, batch.Completions[c].Length - 1), prompt.Length, c, batch.Examples[c]);
            }

            lengths.Add(ids.Count - first);
            masks.Add(Mask(owners, device));
            if (dropoutHeads is { } heads)
            {
                keys.Add(Keys(heads, positions[first..], examples));
            }

            void Add(ReadOnlySpan<int> tokens, int position, int owner, long example)
            {
                foreach (var token in tokens)
                {
                    ids.Add(token);
                    positions.Add(position++);
                    owners.Add(owner);
                    examples.Add(example);
                }
            }
        }

        var scored = new List<long>(batch.ScoredTokens);
        for (var c = 0; c < batch.Completions.Count; c++)
        {
            scored.AddRange(
                Enumerable.Range(0, batch.Completions[c].Length).Select(t => t == 0 ? places[c].Last : (long)places[c].Start + t - 1));
        }

        return new PackedRows([.. ids], [.. positions], [.. lengths], [.. masks], dropoutHeads is null ? null : [.. keys], [.. scored]);
    }

    // A token sees those before it that are the prompt's (owner -1) or its own completion's.
    private static Tensor Mask(List<int> owners, Device device)
    {
        var length = owners.Count;
        var mask = new float[length * length];
        for (var t = 0; t < length; t++)
        {
            for (var s = 0; s < length; s++)
            {
                mask[t * length + s] = s <= t && (owners[s] == -1 || owners[s] == owners[t]) ? 0 : float.MinValue;
            }
        }

        return tensor(mask, [1, 1, length, length], device: device);
    }

    private static ulong[] Keys(int heads, List<int> positions, List<long> examples)
    {
        var keys = new ulong[heads * positions.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var (h, t) = (i / positions.Count, i % positions.Count);
            keys[i] = CounterRandom.Bits(Dropout.RowKey(examples[t], positions[t]), (ulong)h);
        }

        return keys;
    }
}
