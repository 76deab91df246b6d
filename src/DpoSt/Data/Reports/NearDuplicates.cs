namespace DpoSt.Data.Reports;

/// <summary>
/// Questions that are another one with a word or two changed. Their numbers have to be the same, in order: problems made from one schema
/// differ in nothing else, and are different problems. Two such texts share the first, the second or the last third of their words, by
/// which
/// they are found; so the work does not grow with the square of the questions.
/// </summary>
internal sealed class NearDuplicates
{
    /// <summary>How many words may differ.</summary>
    public const int MaxWords = 2;

    // Shorter texts are another question with another word.
    private const int MinWords = 8;

    // Of a bucket that is fuller the first ones are looked at: there the texts are nearly all the same.
    private const int MaxBucket = 200;
    private readonly Dictionary<ulong, List<int>> buckets = [];
    private readonly List<string[]> texts = [];
    private readonly Dictionary<string, int> exact = new(StringComparer.Ordinal);

    /// <summary>Adds a question; gives the place of an earlier one that it repeats, and whether to the letter.</summary>
    public (int Place, bool IsExact)? Add(string question)
    {
        var words = Words(question);
        var found = Find(words);
        exact.TryAdd(string.Join(' ', words), texts.Count);
        foreach (var key in words.Length < MinWords ? [] : Keys(words, words.Length / 3))
        {
            if (!buckets.TryGetValue(key, out var bucket))
            {
                buckets.Add(key, bucket = []);
            }

            if (bucket.Count < MaxBucket)
            {
                bucket.Add(texts.Count);
            }
        }

        texts.Add(words);
        return found;
    }

    /// <summary>The place of a question that this repeats, and whether to the letter; null where there is none.</summary>
    public (int Place, bool IsExact)? Find(string question) => Find(Words(question));

    private (int Place, bool IsExact)? Find(string[] words)
    {
        if (exact.TryGetValue(string.Join(' ', words), out var same))
        {
            return (same, true);
        }

        // A text with a word more or less may have longer or shorter thirds.
        var thirds = Enumerable.Range(words.Length - MaxWords, 2 * MaxWords + 1).Select(length => length / 3).Distinct();
        foreach (var key in words.Length < MinWords ? [] : thirds.SelectMany(third => Keys(words, third)))
        {
            if (buckets.TryGetValue(key, out var bucket) && bucket.FindIndex(other => IsNear(texts[other], words)) is >= 0 and var near)
            {
                return (bucket[near], false);
            }
        }

        return null;
    }

    // Lower case, without punctuation at the ends of words; numbers as they are.
    private static string[] Words(string text) =>
        [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('.', ',', ';', ':', '!', '?', '"', '\'', '(', ')', '\u2019').ToLowerInvariant())
            .Where(word => word.Length > 0)];

    // Each with the numbers of the whole text. Thirds from both ends, for a word may have been put in or left out.
    private static IEnumerable<ulong> Keys(string[] words, int third)
    {
        var numbers = CounterRandom.KeyOf(string.Join(' ', words.Where(HasDigit)));
        yield return Key(0, words[..third]);
        yield return Key(1, words[^third..]);
        var middle = words.Length / 2;
        yield return Key(2, words[(middle - third / 2)..(middle + third / 2)]);

        ulong Key(ulong part, string[] of) => CounterRandom.Bits(part, numbers, CounterRandom.KeyOf(string.Join(' ', of)));
    }

    private static bool HasDigit(string word) => word.Any(char.IsAsciiDigit);

    // Whether at most MaxWords words are changed, put in or left out (Levenshtein over words, within a band), and no number is.
    private static bool IsNear(string[] a, string[] b)
    {
        if (Math.Abs(a.Length - b.Length) > MaxWords || !a.Where(HasDigit).SequenceEqual(b.Where(HasDigit), StringComparer.Ordinal))
        {
            return false;
        }

        const int width = 2 * MaxWords + 1, far = MaxWords + 1;
        Span<int> row = stackalloc int[width], above = stackalloc int[width];
        for (var k = 0; k < width; k++)
        {
            above[k] = k >= MaxWords ? k - MaxWords : far;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var k = 0; k < width; k++)
            {
                var j = i + k - MaxWords;
                row[k] = j < 0 || j > b.Length ? far : j == 0 ? i
                    : Math.Min(
                        above[k] + (a[i - 1] == b[j - 1] ? 0 : 1),
                        Math.Min(k + 1 < width ? above[k + 1] + 1 : far, k > 0 ? row[k - 1] + 1 : far));
            }

            row.CopyTo(above);
        }

        return above[b.Length - a.Length + MaxWords] <= MaxWords;
    }
}
