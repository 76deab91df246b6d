using System.Text;
using DpoSt.Text.Tokenizers.ByteLevel;
using DpoSt.Text.Tokenizers.Expressions;

namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>`ByteLevel`: puts a space in front, cuts into words, and spells each in characters that stand for its bytes.</summary>
/// <param name="pattern">What a word is; null where the text is not cut.</param>
internal sealed class ByteLevelSplit(bool addsSpace, Expression? pattern) : IPreTokenizer
{
    /// <summary>GPT-2's words.</summary>
    public const string Words = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public void Split(Stretch stretch, bool continues, List<Stretch> parts)
    {
        if (addsSpace && stretch.Span[0] != ' ' && !(continues && stretch.AtStart > 0))
        {
            stretch = stretch.Behind(" ");
        }

        var first = parts.Count;
        if (pattern is null)
        {
            parts.Add(stretch);
        }
        else
        {
            Cutting.Cut(stretch, pattern.Matches(stretch.Span), Behaviour.Isolated, inverts: false, parts);
        }

        for (var i = first; i < parts.Count; i++)
        {
            parts[i] = Spelt(parts[i]);
        }
    }

    private static Stretch Spelt(Stretch part) =>
        new(Spelt(part.Span).AsMemory(), part.AtStart == 0 ? 0 : Encoding.UTF8.GetByteCount(part.Span[..part.AtStart]));

    private static string Spelt(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return ByteAlphabet.Spell(bytes);
    }
}
