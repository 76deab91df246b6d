using DpoSt.Text.Tokenizers.Pipeline.Decoders;
using DpoSt.Text.Tokenizers.Pipeline.Models;
using DpoSt.Text.Tokenizers.Pipeline.Normalizers;
using DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

namespace DpoSt.Text.Tokenizers.Pipeline;

/// <summary>The way of a text to its ids in Hugging Face's tokenizers: tokens that were added are found in the text as it is written, what
/// is between them is normalised, further added tokens are found there, and the rest is cut and given to the model.</summary>
/// <param name="Raw">The added tokens that are found before anything is changed.</param>
/// <param name="Normalized">The added tokens that are found in normalised text.</param>
/// <param name="Decoding">Makes the steps that turn tokens into text again.</param>
internal sealed record TextPipeline(
    AddedTokens Raw, AddedTokens Normalized, INormalizer? Normalizer, IPreTokenizer? PreTokenizer, IModel Model, Func<IDecoding[]> Decoding)
{
    /// <param name="continues">Whether the text goes on where another stopped: nothing is put in front of it.</param>
    public void Encode(string text, bool continues, List<int> ids)
    {
        var whole = new Stretch(text.AsMemory(), text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : Math.Min(1, text.Length));
        var parts = new List<Stretch>();
        foreach (var (rough, token) in Raw.Cut(whole))
        {
            if (token is { } added)
            {
                ids.Add(added);
                continue;
            }

            foreach (var (part, normalizedToken) in Normalized.Cut(Normalizer?.Normalize(rough, continues) ?? rough))
            {
                if (normalizedToken is { } id)
                {
                    ids.Add(id);
                    continue;
                }

                parts.Clear();
                Split(part, continues, parts);
                foreach (var word in parts)
                {
                    Model.Encode(word.Span, ids);
                }
            }
        }
    }

    private void Split(Stretch part, bool continues, List<Stretch> parts)
    {
        if (PreTokenizer is null)
        {
            parts.Add(part);
        }
        else
        {
            PreTokenizer.Split(part, continues, parts);
        }
    }
}
