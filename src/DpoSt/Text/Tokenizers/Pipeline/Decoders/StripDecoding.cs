namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>Takes so many of a character from the start and the end of every token.</summary>
internal sealed class StripDecoding(char content, int start, int stop) : IDecoding
{
    public IEnumerable<string> Add(string token)
    {
        var from = 0;
        while (from < Math.Min(start, token.Length) && token[from] == content)
        {
            from++;
        }

        var to = token.Length;
        while (to > from && token.Length - to < stop && token[to - 1] == content)
        {
            to--;
        }

        return [token[from..to]];
    }

    public IEnumerable<string> End() => [];
}
