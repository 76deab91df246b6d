namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>SentencePiece's Unigram model (Kudo 2018), as T5 uses it, in single precision.</summary>
/// <param name="pieces">The vocabulary in the order of its ids; a piece without text is never found in a text.</param>
/// <param name="unknown">The id of what no piece spells.</param>
internal sealed class Unigram(IReadOnlyList<(string? Text, float Score)> pieces, int unknown, SentencePieceNormalizer normalizer)
    : ISegmentEncoder
{
    private readonly BestPath<float> path = new(pieces);

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids)
    {
        var wasUnknown = false;
        foreach (var (_, _, id) in path.Cut(normalizer.Normalize(text, place)))
        {
            // A run of unknown characters is one unknown token.
            var isUnknown = id < 0 || id == unknown;
            if (!isUnknown || !wasUnknown)
            {
                ids.Add(isUnknown ? unknown : id);
            }

            wasUnknown = isUnknown;
        }
    }
}
