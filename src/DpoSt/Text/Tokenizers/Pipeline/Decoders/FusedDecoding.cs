namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>All tokens as one, which is there when no other follows: for steps behind it that must see the whole.</summary>
internal sealed class FusedDecoding : IDecoding
{
    private readonly List<string> parts = [];

    public IEnumerable<string> Add(string token)
    {
        parts.Add(token);
        return [];
    }

    public IEnumerable<string> End() => [string.Concat(parts)];
}
