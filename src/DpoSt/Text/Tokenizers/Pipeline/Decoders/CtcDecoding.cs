namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>`CTC`: a token that repeats counts once, padding goes, and a mark between words is a space.</summary>
internal sealed class CtcDecoding(string pad, string delimiter, bool cleansUp) : IDecoding
{
    private string? last;

    public IEnumerable<string> Add(string token)
    {
        var isRepeated = token == last;
        last = token;
        var text = token.Replace(pad, "", StringComparison.Ordinal);
        text = cleansUp ? Cleanup.Of(text).Replace(delimiter, " ", StringComparison.Ordinal) : text;
        return isRepeated || text.Length == 0 ? [] : [text];
    }

    public IEnumerable<string> End() => [];
}
