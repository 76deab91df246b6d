using System.Text;

namespace DpoSt.Text.Tokenizers.ByteLevel;

/// <summary>Byte-pair encoding over UTF-8 bytes, word by word (GPT-2, Llama-3, Qwen2, and dpost's own tiny vocabularies).</summary>
internal sealed class ByteLevelBpe : ISegmentEncoder
{
    private readonly int[] byteIds;
    private readonly MergeTable merges;
    private readonly WordSplitter splitter;
    private readonly TokenTable? wholeWords;
    private readonly WordCache cache;

    /// <param name="wholeWords">Where given, a word that is a token itself skips the merges (`ignore_merges`).</param>
    public ByteLevelBpe(int[] byteIds, MergeTable merges, WordSplitter splitter, TokenTable? wholeWords) =>
        (this.byteIds, this.merges, this.splitter, this.wholeWords, cache) = (byteIds, merges, splitter, wholeWords, new(Merge));

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids) =>
        splitter.Split(text, (cache, ids), static (word, state) => state.ids.AddRange(state.cache.Get(word)));

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
