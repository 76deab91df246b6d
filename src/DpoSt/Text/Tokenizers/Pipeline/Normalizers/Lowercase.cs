using System.Text;

namespace DpoSt.Text.Tokenizers.Pipeline.Normalizers;

/// <summary>Small letters, without regard to language. A capital I with a dot becomes two characters.</summary>
internal sealed class Lowercase : INormalizer
{
    public Stretch Normalize(Stretch stretch, bool continues) =>
        new(Of(stretch.Span).AsMemory(), Of(stretch.Span[..stretch.AtStart]).Length);

    private static string Of(ReadOnlySpan<char> text)
    {
        var lower = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value == 0x130 ? lower.Append("i\u0307") : lower.Append(Rune.ToLowerInvariant(rune));
        }

        return lower.ToString();
    }
}
