using System.Text;

namespace DpoSt.Text.Tokenizers.Pipeline;

/// <summary>A tokenizer that works as Hugging Face's: a vocabulary, its special tokens, and the way from a text to its ids.</summary>
internal sealed class PipelineTokenizer(TokenTable table, TextPipeline pipeline, SpecialIds specials) : ITokenizer
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
        pipeline.Encode(WellFormed(text), continues: false, ids);
        ids.AddRange(addSpecialTokens ? specials.Suffix : []);
        return ids;
    }

    public IReadOnlyList<int> EncodeContinuation(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 4);
        pipeline.Encode(WellFormed(text), continues: true, ids);
        return ids;
    }

    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => NewDecoder(skipSpecialTokens).All(ids);
    public IncrementalDecoder NewDecoder(bool skipSpecialTokens = true) => new(table, skipSpecialTokens, pipeline.Decoding());
    public string PieceOf(int id) => table.PieceOf(id);
    public int? IdOf(string piece) => table.IdOf(piece);

    /// <summary>Half a surrogate pair is no character: it becomes U+FFFD.</summary>
    private static string WellFormed(string text) =>
        text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text));
}
