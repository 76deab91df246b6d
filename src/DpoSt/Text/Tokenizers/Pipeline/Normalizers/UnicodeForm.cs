namespace DpoSt.Text.Tokenizers.Pipeline.Normalizers;

/// <summary>Unicode's form C, D, KC or KD.</summary>
internal sealed class UnicodeForm(bool isCompatible, bool composes) : INormalizer
{
    public Stretch Normalize(Stretch stretch, bool continues)
    {
        var text = Of(stretch.Span);
        return new(text.AsMemory(), Math.Min(text.Length, Of(stretch.Span[..stretch.AtStart]).Length));
    }

    private string Of(ReadOnlySpan<char> text) =>
        composes && !isCompatible ? NormalForm.Composed(text) : NormalForm.Of(text, isCompatible, composes);
}
