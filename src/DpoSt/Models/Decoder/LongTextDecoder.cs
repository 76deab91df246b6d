using DpoSt.Models.Decoding;
using static TorchSharp.torch;

namespace DpoSt.Models.Decoder;

/// <summary>
/// Decoding where all positions of a text turn by other frequencies once it is longer than a limit (LongRoPE): a row that passes the limit
/// is read again from its beginning, as transformers does, by a second decoder that turns by those of long texts.
/// </summary>
internal sealed class LongTextDecoder : IStepDecoder
{
    private readonly int limit;
    private readonly int maxPromptTokens;
    private readonly CachedDecoder within;
    private readonly CachedDecoder beyond;
    private readonly Dictionary<int, Prompt> prompts = [];
    private readonly Row[] rows;

    public LongTextDecoder(DecoderModel model, int limit, int slots, int maxPromptTokens, int maxNewTokens)
    {
        (this.limit, this.maxPromptTokens) = (limit, maxPromptTokens);
        rows = new Row[slots];
        beyond = new CachedDecoder(model, slots, maxPromptTokens, maxNewTokens, limit + 1);
        within = new CachedDecoder(model, slots, Math.Min(limit, maxPromptTokens), maxNewTokens);
    }

    public int StepCapacity => within.StepCapacity;
    public int FirstToken(int[] prompt) => prompt[^1];

    public int[] AddPrompts(IReadOnlyList<int[]> prompts)
    {
        SlotTable.CheckLengths(prompts, maxPromptTokens);
        var handles = Enumerable.Range(0, int.MaxValue).Where(h => !this.prompts.ContainsKey(h)).Take(prompts.Count).ToArray();
        foreach (var (prompt, handle) in prompts.Zip(handles))
        {
            this.prompts.Add(handle, new Prompt(prompt));
        }

        return handles;
    }

    public void RemovePrompt(int prompt)
    {
        prompts.Remove(prompt, out var removed);
        if (removed!.Within is { } near)
        {
            within.RemovePrompt(near);
        }

        if (removed.Beyond is { } far)
        {
            beyond.RemovePrompt(far);
        }
    }

    public void Start(int slot, int prompt) => rows[slot] = new Row(prompts[prompt]);

    public Tensor Step(ReadOnlySpan<int> slots, ReadOnlySpan<int> counts, ReadOnlySpan<int> ids)
    {
        using var scope = NewDisposeScope();
        var (near, far) = (new Part(), new Part());
        for (int i = 0, first = 0; i < slots.Length; first += counts[i++])
        {
            var row = rows[slots[i]];
            var fresh = ids.Slice(first, counts[i]).ToArray();
            row.Ids.AddRange(fresh);
            // The prompt's last token is the row's first.
            var isLong = row.Prompt.Ids.Length - 1 + row.Ids.Count > limit;
            if (isLong != row.IsLong || row.Ids.Count == fresh.Length)
            {
                Enter(slots[i], row, isLong);
                fresh = isLong ? Reread(slots[i], row) : fresh;
            }

            (isLong ? far : near).Add(i, slots[i], fresh);
        }

        var parts = ((CachedDecoder Decoder, Part Part)[])[(within, near), (beyond, far)];
        var logits = parts.Where(p => p.Part.Slots.Count > 0)
            .Select(p => p.Decoder.Step([.. p.Part.Slots], [.. p.Part.Counts], [.. p.Part.Ids]));
        var order = near.Entries.Concat(far.Entries).ToArray();
        var places = Enumerable.Range(0, order.Length).OrderBy(n => order[n]).Select(n => (long)n).ToArray();
        var all = cat([.. logits], 0);
        return all.index_select(0, tensor(places, device: all.device)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        within.Dispose();
        beyond.Dispose();
    }

    private void Enter(int slot, Row row, bool isLong)
    {
        row.IsLong = isLong;
        if (isLong)
        {
            beyond.Start(slot, row.Prompt.Beyond ??= beyond.AddPrompts([row.Prompt.Ids])[0]);
        }
        else
        {
            within.Start(slot, row.Prompt.Within ??= within.AddPrompts([row.Prompt.Ids])[0]);
        }
    }

    // Feeds a row's tokens but the last, as many as a step takes at a time; the last goes with everybody's.
    private int[] Reread(int slot, Row row)
    {
        foreach (var part in row.Ids.SkipLast(1).Chunk(beyond.StepCapacity))
        {
            beyond.Step([slot], [part.Length], part).Dispose();
        }

        return [row.Ids[^1]];
    }

    private sealed record Prompt(int[] Ids)
    {
        public int? Within { get; set; }
        public int? Beyond { get; set; }
    }

    private sealed record Row(Prompt Prompt)
    {
        public List<int> Ids { get; } = [];
        public bool IsLong { get; set; }
    }

    private sealed class Part
    {
        public List<int> Entries { get; } = [];
        public List<int> Slots { get; } = [];
        public List<int> Counts { get; } = [];
        public List<int> Ids { get; } = [];

        public void Add(int entry, int slot, int[] ids)
        {
            Entries.Add(entry);
            Slots.Add(slot);
            Counts.Add(ids.Length);
            Ids.AddRange(ids);
        }
    }
}
