namespace DpoSt.Text.Tokenizers.Pipeline.Normalizers;

/// <summary>Takes white space from the ends of the text.</summary>
internal sealed class Strip(bool left, bool right) : INormalizer
{
    public Stretch Normalize(Stretch stretch, bool continues)
    {
        var text = stretch.Span;
        var start = left ? text.Length - text.TrimStart().Length : 0;
        return stretch.Slice(start, right ? Math.Max(start, text.TrimEnd().Length) : text.Length);
    }
}
