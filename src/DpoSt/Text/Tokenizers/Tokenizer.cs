using DpoSt.Text.Tokenizers.Pipeline.Decoders;

namespace DpoSt.Text.Tokenizers;

/// <summary>Where a stretch of text stands: SentencePiece puts a space before some.</summary>
internal enum Place
{
    Start,
    AfterSpecial,
    Continuation,
}

/// <summary>The algorithm of a vocabulary: appends the ids of text that holds no special tokens.</summary>
internal interface ISegmentEncoder
{
    void Encode(ReadOnlySpan<char> text, Place place, List<int> ids);
}

/// <summary>The special ids of a vocabulary and the ids its template puts around a text.</summary>
internal sealed record SpecialIds(int? Bos, int Eos, int? Pad, int[] Prefix, int[] Suffix)
{
    /// <summary>Whether a text that itself ends with the template's end token gets no second one (transformers' T5).</summary>
    public bool EndsOnce { get; init; }
}

/// <summary>A tokenizer of SentencePiece: a vocabulary, its special tokens, and the algorithm for the text between them.</summary>
internal sealed class Tokenizer(
    TokenTable table, AddedTokens added, ISegmentEncoder encoder, SpecialIds specials, bool dropFirstSpace) : ITokenizer
{
    public int VocabularySize => table.Size;
    public int? BosId => specials.Bos;
    public int EosId => specials.Eos;
    public int? PadId => specials.Pad;

    public IReadOnlyList<int> Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 4);
        ids.AddRange(addSpecialTokens ? specials.Prefix : []);
        Encode(text, Place.Start, ids);
        if (addSpecialTokens && !(specials.EndsOnce && ids.Count > 0 && ids[^1] == specials.Eos))
        {
            ids.AddRange(specials.Suffix);
        }

        return ids;
    }

    public IReadOnlyList<int> EncodeContinuation(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 4);
        Encode(text, Place.Continuation, ids);
        return ids;
    }

    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => NewDecoder(skipSpecialTokens).All(ids);

    public IncrementalDecoder NewDecoder(bool skipSpecialTokens = true) =>
        new(table, skipSpecialTokens, [new SentencePieceDecoding(dropFirstSpace)]);
    public string PieceOf(int id) => table.PieceOf(id);
    public int? IdOf(string piece) => table.IdOf(piece);

    private void Encode(string text, Place place, List<int> ids)
    {
        var start = 0;
        foreach (var (from, to, id) in added.Find(text.AsMemory()))
        {
            EncodeSegment(text.AsSpan(start, from - start), place, ids);
            ids.Add(id);
            (start, place) = (to, Place.AfterSpecial);
        }

        EncodeSegment(text.AsSpan(start), place, ids);
    }

    private void EncodeSegment(ReadOnlySpan<char> text, Place place, List<int> ids)
    {
        if (!text.IsEmpty)
        {
            encoder.Encode(text, place, ids);
        }
    }
}
