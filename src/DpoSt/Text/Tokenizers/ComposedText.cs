namespace DpoSt.Text.Tokenizers;

/// <summary>Brings text into Unicode's form C before the algorithm sees it, as Qwen2's files ask.</summary>
internal sealed class ComposedText(ISegmentEncoder inner) : ISegmentEncoder
{
    public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids) => inner.Encode(ComposedForm.Of(text), place, ids);
}
