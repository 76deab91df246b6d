namespace DpoSt.Text.Tokenizers;

/// <summary>What stands in for a model's tokenizer where its folder has none: ids go in and out, no text does.</summary>
internal static class IdTokenizer
{
    /// <summary>A vocabulary of ids without text, for the model in a folder.</summary>
    public static ITokenizer New(string folder, int vocabularySize, int eos) => new Tokenizer(
        new TokenTable([.. Enumerable.Range(0, vocabularySize).Select(id => $"<{id}>")], _ => true),
        new([]), new NoText(folder), new SpecialIds(null, eos, null, [], []), dropFirstSpace: false);

    private sealed class NoText(string folder) : ISegmentEncoder
    {
        public void Encode(ReadOnlySpan<char> text, Place place, List<int> ids) =>
            throw new UserErrorException($"{folder} has no tokenizer files, so texts cannot be read: "
                + "copy tokenizer.json or the SentencePiece file there, or give rows of token ids to dpost complete or score.");
    }
}
