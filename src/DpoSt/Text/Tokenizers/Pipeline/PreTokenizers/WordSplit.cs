using DpoSt.Text.Tokenizers.Expressions;

namespace DpoSt.Text.Tokenizers.Pipeline.PreTokenizers;

/// <summary>`Whitespace`: runs of word characters, and runs of what is neither those nor white space; white space goes.</summary>
internal sealed class WordSplit : IPreTokenizer
{
    public void Split(Stretch stretch, bool continues, List<Stretch> parts)
    {
        var text = stretch.Span;
        for (var at = 0; at < text.Length;)
        {
            var (start, kind) = (at, Kind(text, at));
            while (at < text.Length && Kind(text, at) == kind)
            {
                at += Characters.At(text, at).Units;
            }

            if (kind != 0)
            {
                parts.Add(stretch.Slice(start, at));
            }
        }
    }

    private static int Kind(ReadOnlySpan<char> text, int at) => Characters.At(text, at).Character switch
    {
        var c when Characters.RustWord.Has(c) => 2,
        var c when Characters.Space.Has(c) => 0,
        _ => 1,
    };
}
