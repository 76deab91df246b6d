namespace DpoSt.Text.Tokenizers.Pipeline;

/// <summary>A stretch of text on its way through the pipeline.</summary>
/// <param name="AtStart">How many of its first UTF-16 units stand for the first character of the whole text: what is put in front of a
/// text alone (Metaspace's scheme "first") is put in front of a stretch where this is not zero.</param>
internal readonly record struct Stretch(ReadOnlyMemory<char> Text, int AtStart)
{
    public ReadOnlySpan<char> Span => Text.Span;

    public Stretch Slice(int start, int end) => new(Text[start..end], Math.Clamp(AtStart - start, 0, end - start));

    /// <summary>This text behind another, which counts as standing where this begins.</summary>
    public Stretch Behind(string prefix) =>
        Text.IsEmpty ? this : new(string.Concat(prefix, Span).AsMemory(), AtStart > 0 ? prefix.Length + AtStart : 0);
}
