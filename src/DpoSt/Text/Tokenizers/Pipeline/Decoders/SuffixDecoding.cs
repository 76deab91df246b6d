namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>`BPEDecoder`: a mark at the end of words is a space, but not in the last token.</summary>
internal sealed class SuffixDecoding(string suffix) : IDecoding
{
    private string? last;

    public IEnumerable<string> Add(string token)
    {
        var text = Last(" ");
        last = token;
        return text;
    }

    public IEnumerable<string> End() => Last("");

    private string[] Last(string by) => last is null ? [] : [last.Replace(suffix, by, StringComparison.Ordinal)];
}
