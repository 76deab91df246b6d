using System.Text;

namespace DpoSt.Text.Tokenizers.SentencePiece;

/// <summary>The text as the pieces spell it: characters mapped, spaces written U+2581, and one put in front where a text begins.</summary>
/// <param name="map">The characters that stand for others.</param>
/// <param name="prefixed">The places where a space is put in front of the text.</param>
/// <param name="removesExtraSpaces">Whether spaces at both ends go and a run of spaces is one.</param>
internal sealed class SentencePieceNormalizer(CharacterMap map, Place[] prefixed, bool removesExtraSpaces)
{
    public const char Space = '\u2581';

    public string Normalize(ReadOnlySpan<char> text, Place place)
    {
        var mapped = map.Apply(text);
        var result = new StringBuilder(mapped.Length + 1);
        var pending = prefixed.Contains(place);
        foreach (var c in mapped)
        {
            if (c == ' ' && removesExtraSpaces)
            {
                pending |= result.Length > 0 || place != Place.Start;
                continue;
            }

            if (pending)
            {
                result.Append(Space);
            }

            result.Append(c == ' ' ? Space : c);
            pending = false;
        }

        return removesExtraSpaces ? result.ToString().TrimEnd(Space) : result.ToString();
    }
}
