using System.Collections.Concurrent;

namespace DpoSt.Text.Tokenizers.ByteLevel;

/// <summary>The ids of words that were met before: ordinary text repeats its words, so this is what makes encoding fast.</summary>
internal sealed class WordCache(WordCache.Compute compute)
{
    private const int MostWords = 100_000;
    private const int LongestWord = 64;
    private readonly ConcurrentDictionary<string, int[]> words = new(StringComparer.Ordinal);
    private int count;

    public delegate int[] Compute(ReadOnlySpan<char> word);

    public int[] Get(ReadOnlySpan<char> word)
    {
        if (word.Length > LongestWord)
        {
            return compute(word);
        }

        var known = words.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(word, out var ids))
        {
            return ids;
        }

        ids = compute(word);
        if (count < MostWords && known.TryAdd(word, ids))
        {
            Interlocked.Increment(ref count);
        }

        return ids;
    }
}
