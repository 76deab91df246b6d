using DpoSt.Models.Decoding;

namespace DpoSt.Generation;

/// <summary>Gives free slots to waiting requests. Prompts are encoded in groups of like length, each once for all requests that share it.
/// Slots are filled once enough are free for a group to be worthwhile; long prompts are read a few at a time, to bound their
/// memory.</summary>
internal sealed class Admission(IRequestQueue queue, IStepDecoder decoder, int slots, int refillAt)
{
    /// <summary>Attention scores of a head that a group of prompts may have: 16 MB.</summary>
    internal const long ScoresAtOnce = 1 << 22;

    private readonly int[] promptOfSlot = new int[slots];
    private readonly Dictionary<int, int> users = [];
    private (int[] Ids, int Handle)? last;

    /// <summary>Puts new rows into free slots, unless so few are free that it is better to wait.</summary>
    public void Fill(Row?[] rows, Func<int, GenerationRequest, Row> newRow)
    {
        var free = Enumerable.Range(0, rows.Length).Where(slot => rows[slot] is null).ToArray();
        if (free.Length < Math.Clamp(refillAt, 1, rows.Length))
        {
            return;
        }

        var admitted = queue.Take(free.Length, wait: free.Length == rows.Length);
        var handles = Encode(admitted);
        for (var i = 0; i < admitted.Count; i++)
        {
            rows[free[i]] = newRow(admitted[i].Index, admitted[i].Request);
            decoder.Start(free[i], handles[i]);
            promptOfSlot[free[i]] = handles[i];
            users[handles[i]] = users.GetValueOrDefault(handles[i]) + 1;
        }
    }

    /// <summary>A row has left its slot.</summary>
    public void Release(int slot)
    {
        var handle = promptOfSlot[slot];
        if (--users[handle] == 0)
        {
            users.Remove(handle);
            decoder.RemovePrompt(handle);
            last = last?.Handle == handle ? null : last;
        }
    }

    private int[] Encode(IReadOnlyList<(int Index, GenerationRequest Request)> admitted)
    {
        var fresh = new List<int[]>();
        var place = new int[admitted.Count];                 // -1: the last prompt admitted before, still in use
        for (var i = 0; i < admitted.Count; i++)
        {
            var prompt = admitted[i].Request.Prompt;
            if (fresh.Count == 0 && last is { } kept && kept.Ids.AsSpan().SequenceEqual(prompt))
            {
                place[i] = -1;
                continue;
            }

            if (fresh.Count == 0 || !fresh[^1].AsSpan().SequenceEqual(prompt))
            {
                fresh.Add(prompt);
            }

            place[i] = fresh.Count - 1;
        }

        var before = last?.Handle ?? -1;
        int[] handles = [.. Groups(fresh).SelectMany(decoder.AddPrompts)];
        last = fresh.Count == 0 ? last : (fresh[^1], handles[^1]);
        return [.. place.Select(p => p < 0 ? before : handles[p])];
    }

    /// <summary>Prompts in order, as many at a time as <see cref="ScoresAtOnce"/> allows; one that has more is alone.</summary>
    internal static IEnumerable<int[][]> Groups(IReadOnlyList<int[]> prompts)
    {
        var (first, longest) = (0, 0L);
        for (var i = 0; i < prompts.Count; i++)
        {
            longest = Math.Max(longest, prompts[i].Length);
            if (i > first && (i + 1 - first) * longest * longest > ScoresAtOnce)
            {
                yield return [.. prompts.Skip(first).Take(i - first)];
                (first, longest) = (i, prompts[i].Length);
            }
        }

        if (first < prompts.Count)
        {
            yield return [.. prompts.Skip(first)];
        }
    }
}
