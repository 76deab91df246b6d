using DpoSt.Text.Tokenizers.ByteLevel;
using DpoSt.Text.Tokenizers.Pipeline.Models;

namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>SentencePiece's BPE with byte fallback (Llama-2): spaces are U+2581, and a character that the vocabulary lacks is spelt in
/// bytes.</summary>
/// <param name="prefixed">The places where a space is put in front of the text.</param>
internal sealed class SentencePieceBpe(Dictionary<string, int> ids, MergeTable merges, Place[] prefixed) : ISegmentEncoder
{
    private const char Space = '\u2581';
    private readonly BpeModel model = new(ids, merges, new(null, IsFused: true, FallsBackToBytes: true), takesWholeWords: false);

    public void Encode(ReadOnlySpan<char> text, Place place, List<int> into) =>
        model.Encode((prefixed.Contains(place) ? Space.ToString() : "") + text.ToString().Replace(' ', Space), into);
}
