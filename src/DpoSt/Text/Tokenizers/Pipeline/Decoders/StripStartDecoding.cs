namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>Takes so many of a character from the start of the text, whatever parts it comes in.</summary>
internal sealed class StripStartDecoding(char content, int start) : IDecoding
{
    private int left = start;

    public IEnumerable<string> Add(string token)
    {
        var from = 0;
        while (from < token.Length && left > 0 && token[from] == content)
        {
            from++;
            left--;
        }

        left = from < token.Length ? 0 : left;
        return [token[from..]];
    }

    public IEnumerable<string> End() => [];
}
