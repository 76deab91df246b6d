namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>Turns every token into text by itself and its place: whether it is the first.</summary>
internal sealed class MappedDecoding(Func<string, bool, string> map) : IDecoding
{
    private bool isLater;

    /// <summary>What Hugging Face does without a decoder: spaces between tokens.</summary>
    public static MappedDecoding Joined() => new((token, isFirst) => isFirst ? token : " " + token);

    /// <summary>Metaspace: marks are spaces, but those of the first token go where one was put in front.</summary>
    public static MappedDecoding Metaspace(char mark, bool isPrefixed) => new((token, isFirst) => isFirst && isPrefixed
        ? token.Replace(mark.ToString(), "", StringComparison.Ordinal)
        : token.Replace(mark, ' '));

    /// <summary>WordPiece: a token goes on where the last stopped if it begins with the prefix.</summary>
    public static MappedDecoding WordPiece(string prefix, bool cleansUp) => new((token, isFirst) =>
    {
        token = isFirst ? token : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        return cleansUp ? Cleanup.Of(token) : token;
    });

    public IEnumerable<string> Add(string token)
    {
        var text = map(token, !isLater);
        isLater = true;
        return [text];
    }

    public IEnumerable<string> End() => [];
}
