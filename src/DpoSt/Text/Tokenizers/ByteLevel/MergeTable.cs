namespace DpoSt.Text.Tokenizers.ByteLevel;

/// <summary>The merges of a byte-pair vocabulary (Sennrich et al. 2016): which two neighbouring ids join, in which order, into which id.
/// The lowest rank joins first, of equal ranks the leftmost.</summary>
internal sealed class MergeTable(int capacity)
{
    // Above this length a queue beats looking at every pair again after each merge.
    private const int ShortWord = 24;
    private readonly Dictionary<long, (int Rank, int Id)> merges = new(capacity);

    /// <summary>Of two merges of one pair the later counts.</summary>
    public void Add(int left, int right, int rank, int merged) => merges[Key(left, right)] = (rank, merged);

    /// <summary>Joins in place and returns how many ids are left at the front.</summary>
    public int Merge(Span<int> ids) => ids.Length <= ShortWord ? MergeShort(ids) : MergeLong(ids);

    private int MergeShort(Span<int> ids)
    {
        var count = ids.Length;
        while (true)
        {
            var (best, at, merged) = (int.MaxValue, -1, 0);
            for (var i = 0; i + 1 < count; i++)
            {
                if (merges.TryGetValue(Key(ids[i], ids[i + 1]), out var merge) && merge.Rank < best)
                {
                    (best, at, merged) = (merge.Rank, i, merge.Id);
                }
            }

            if (at < 0)
            {
                return count;
            }

            ids[at] = merged;
            ids[(at + 2)..count].CopyTo(ids[(at + 1)..]);
            count--;
        }
    }

    /// <summary>A linked list over the positions and a queue of candidate pairs; a pair that has changed since is skipped.</summary>
    private int MergeLong(Span<int> ids)
    {
        var (next, previous) = (new int[ids.Length], new int[ids.Length]);
        var queue = new PriorityQueue<(int At, int Left, int Right, int Merged), (int Rank, int At)>();
        for (var i = 0; i < ids.Length; i++)
        {
            (next[i], previous[i]) = (i + 1 < ids.Length ? i + 1 : -1, i - 1);
        }

        for (var i = 0; i + 1 < ids.Length; i++)
        {
            Offer(ids, i, i + 1);
        }

        while (queue.TryDequeue(out var pair, out _))
        {
            var second = next[pair.At];
            if (second < 0 || ids[pair.At] != pair.Left || ids[second] != pair.Right)
            {
                continue;
            }

            (ids[pair.At], ids[second]) = (pair.Merged, -1);
            next[pair.At] = next[second];
            if (next[second] >= 0)
            {
                previous[next[second]] = pair.At;
                Offer(ids, pair.At, next[second]);
            }

            if (previous[pair.At] >= 0)
            {
                Offer(ids, previous[pair.At], pair.At);
            }
        }

        var count = 0;
        for (var i = 0; i >= 0; i = next[i])
        {
            ids[count++] = ids[i];
        }

        return count;

        void Offer(Span<int> all, int left, int right)
        {
            if (merges.TryGetValue(Key(all[left], all[right]), out var merge))
            {
                queue.Enqueue((left, all[left], all[right], merge.Id), (merge.Rank, left));
            }
        }
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
