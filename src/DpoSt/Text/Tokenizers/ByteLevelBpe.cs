using System.Collections.Concurrent;
using System.Text;

namespace DpoSt.Text.Tokenizers;

/// <summary>
/// Byte-pair encoding over UTF-8 bytes, word by word (GPT-2, Llama-3, Qwen2, and dpost's own tiny vocabularies). Words that were met
/// before come from a cache, which is what makes ordinary text fast.
/// </summary>
/// <param name="byteIds">The id of every single byte.</param>
/// <param name="merges">The merges.</param>
/// <param name="splitter">The words.</param>
/// <param name="wholeWords">Words that are tokens themselves and skip the merges, by their spelling; null where merges always run.</param>
/// <param name="normalizesNfc">Whether text is brought to Unicode's normal form C first (Qwen2).</param>
internal sealed class ByteLevelBpe(int[] byteIds, MergeTable merges, WordSplitter splitter, TokenTable? wholeWords, bool normalizesNfc) : ISegmentEncoder
{
    private const int MostCached = 100_000;
    private const int LongestCached = 64;
    private readonly ConcurrentDictionary<string, int[]> cache = new(StringComparer.Ordinal);
    private int cached;

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids)
    {
        text = normalizesNfc && !Ascii.IsValid(text) ? text.ToString().Normalize(NormalizationForm.FormC) : text;
        splitter.Split(text, (Owner: this, ids), static (word, state) => state.ids.AddRange(state.Owner.Word(word)));
    }

    private int[] Word(ReadOnlySpan<char> word)
    {
        if (word.Length > LongestCached)
        {
            return Merge(word);
        }

        var known = cache.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(word, out var ids))
        {
            return ids;
        }

        ids = Merge(word);
        if (cached < MostCached && known.TryAdd(word, ids))
        {
            Interlocked.Increment(ref cached);
        }

        return ids;
    }

    private int[] Merge(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(word.Length)];
        var length = Encoding.UTF8.GetBytes(word, bytes);
        if (wholeWords?.IdOf(ByteAlphabet.Spell(bytes.AsSpan(0, length))) is { } whole)
        {
            return [whole];
        }

        var ids = new int[length];
        for (var i = 0; i < length; i++)
        {
            ids[i] = byteIds[bytes[i]];
        }

        return ids[..merges.Merge(ids)];
    }
}
