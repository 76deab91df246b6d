namespace DpoSt.Text.Tokenizers;

/// <summary>What stands in for a model's tokenizer where its folder has none: ids go in and out, no text does.</summary>
internal static class IdTokenizer
{
    /// <summary>A vocabulary of ids without text.</summary>
    public static ITokenizer New(int vocabularySize, int eos) => new Tokenizer(
        new TokenTable([.. Enumerable.Range(0, vocabularySize).Select(id => $"<{id}>")], _ => [], _ => true),
        new([]), new NoText(), new SpecialIds(null, eos, null, [], []), dropFirstSpace: false);

    private sealed class NoText : ISegmentEncoder
    {
        public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids) =>
            throw new UserErrorException("the model's folder has no tokenizer files, so texts cannot be read: bring token ids.");
    }
}
