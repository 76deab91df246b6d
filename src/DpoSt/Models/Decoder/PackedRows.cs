using DpoSt.Tensors.Kernels;
using static TorchSharp.torch;

namespace DpoSt.Models.Decoder;

/// <summary>A batch without padding: a group is a prompt followed by the completions that share it, each of which sees the prompt and
/// itself alone. A completion's last token is scored but never fed. Shapes: N tokens, L tokens of a group, M scored tokens.</summary>
/// <param name="Ids">The tokens fed: [N].</param>
/// <param name="Positions">Their positions; a completion's go on from its prompt's.</param>
/// <param name="GroupLengths">L of each group.</param>
/// <param name="TextLengths">For each token, the tokens of its group's longest text: the prompt and a completion.</param>
/// <param name="Windows">How far layers look, in tokens; null is to the beginning.</param>
/// <param name="Masks">Zero where a token may look and the lowest finite number where not: [1, 1, L, L] a group and window.</param>
/// <param name="AttentionKeys">What keys the dropout of each group's attention rows [H * L]; null without dropout.</param>
/// <param name="Scored">The token whose logits score each target: [M], completion by completion as the batch has them.</param>
internal sealed record PackedRows(
    int[] Ids, int[] Positions, long[] GroupLengths, int[] TextLengths, IReadOnlyList<int?> Windows, Tensor[] Masks,
    ulong[][]? AttentionKeys, long[] Scored)
{
    /// <summary>The mask of a group for layers of a window.</summary>
    public Tensor MaskOf(int group, int? window) => Masks[group * Windows.Count + IndexOf(window)];

    /// <summary>The place of a window among <see cref="Windows"/>.</summary>
    public int IndexOf(int? window) => Windows.Index().First(w => w.Item == window).Index;

    /// <summary>The same rows over other tensors in place of <see cref="Masks"/>.</summary>
    public PackedRows Over(Tensor[] masks) => this with { Masks = masks };

    /// <summary>Lays out a batch.</summary>
    /// <param name="batch">Prompts of at least one token each, with completions.</param>
    /// <param name="dropoutHeads">Query heads whose attention is dropped; null without dropout.</param>
    /// <param name="windows">How far layers look.</param>
    public static PackedRows Of(TokenBatch batch, int? dropoutHeads, Device device, IReadOnlyList<int?> windows)
    {
        var (ids, positions, lengths, texts, masks, keys) = (
            new List<int>(), new List<int>(), new List<long>(), new List<int>(), new List<Tensor>(), new List<ulong[]>());
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
            texts.AddRange(
                Enumerable.Repeat(prompt.Length + members.Select(c => batch.Completions[c].Length).DefaultIfEmpty().Max(), owners.Count));
            masks.AddRange(MasksOf(owners, positions[first..], windows, device));
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

        return new PackedRows(
            [.. ids], [.. positions], [.. lengths], [.. texts], windows, [.. masks], dropoutHeads is null ? null : [.. keys], [.. scored]);
    }

    // A window that reaches over the whole group needs no mask of its own.
    private static Tensor[] MasksOf(List<int> owners, List<int> positions, IReadOnlyList<int?> windows, Device device)
    {
        var made = new Dictionary<int, Tensor>();
        return [.. windows.Select(window => Math.Min(window ?? int.MaxValue, positions.Max() + 1)).Select(reach =>
        {
            made.TryAdd(reach, made.GetValueOrDefault(reach) ?? Mask(owners, positions, reach, device));
            return made[reach];
        })];
    }

    // A token sees those within its reach that are the prompt's (owner -1) or its own completion's.
    private static Tensor Mask(List<int> owners, List<int> positions, int reach, Device device)
    {
        var length = owners.Count;
        var mask = new float[length * length];
        for (var t = 0; t < length; t++)
        {
            for (var s = 0; s < length; s++)
            {
                var sees = s <= t && (owners[s] == -1 || owners[s] == owners[t]) && positions[t] - positions[s] < reach;
                mask[t * length + s] = sees ? 0 : float.MinValue;
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
