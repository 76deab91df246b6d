using DpoSt.Text.Tokenizers;

namespace DpoSt.Answering;

/// <summary>A tokenizer with more ids than its model's embedding has rows, as where a token was added that no text holds: a text that holds
/// such a token is refused, all others are as good as ever.</summary>
/// <param name="rows">Rows of the embedding.</param>
/// <param name="folder">Where both are, for the sentence.</param>
internal sealed class BoundedTokenizer(ITokenizer inner, int rows, string folder) : ITokenizer
{
    public int VocabularySize => inner.VocabularySize;
    public int? BosId => inner.BosId;
    public int EosId => inner.EosId;
    public int? PadId => inner.PadId;

    public IReadOnlyList<int> Encode(string text, bool addSpecialTokens = true) => Checked(inner.Encode(text, addSpecialTokens));
    public IReadOnlyList<int> EncodeContinuation(string text) => Checked(inner.EncodeContinuation(text));
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => inner.Decode(ids, skipSpecialTokens);
    public IncrementalDecoder NewDecoder(bool skipSpecialTokens = true) => inner.NewDecoder(skipSpecialTokens);
    public string PieceOf(int id) => inner.PieceOf(id);
    public int? IdOf(string piece) => inner.IdOf(piece);

    private IReadOnlyList<int> Checked(IReadOnlyList<int> ids)
    {
        foreach (var id in ids)
        {
            if (id >= rows)
            {
                throw new UserErrorException(
                    $"a text holds the token '{PieceOf(id)}', number {id} of the tokenizer in {folder}, "
                    + $"but the model there knows only {rows}: "
                    + "use the tokenizer that the model was trained with, or take the token out of the text.");
            }
        }

        return ids;
    }
}
