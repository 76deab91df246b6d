using DpoSt.Text.Tokenizers.ByteLevel;
using DpoSt.Text.Tokenizers.Pipeline.Models;

namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>SentencePiece's BPE with byte fallback (Llama-2): a character that the vocabulary lacks is spelt in bytes.</summary>
internal sealed class SentencePieceBpe(Dictionary<string, int> ids, MergeTable merges, SentencePieceNormalizer normalizer) : ISegmentEncoder
{
    private readonly BpeModel model = new(ids, merges, new(null, IsFused: true, FallsBackToBytes: true), takesWholeWords: false);

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> into) => model.Encode(normalizer.Normalize(text, place), into);
}
