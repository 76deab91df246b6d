namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads the `added_tokens` of a tokenizer.json.</summary>
internal static class AddedTokenReader
{
    /// <summary>The added tokens, each with the id that the original gives it: its own where the vocabulary has it, else the next one. A
    /// file that says otherwise is refused, since the original only warns and goes on with ids that no model was trained with.</summary>
    /// <param name="beside">What tokenizer_config.json adds: its flags count, and its tokens follow the file's; the special tokens that
    /// it names are added ones too, where the vocabulary has them, and special whatever their flags are.</param>
    public static AddedToken[] Read(JsonPart root, IReadOnlyList<(string Text, int Id)> vocabulary, TokenizerConfig beside)
    {
        var (tokens, ids) = (new Dictionary<int, AddedToken>(), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (text, id) in vocabulary)
        {
            ids[text] = id;
        }

        var next = vocabulary.Count;
        foreach (var token in InFile(root).Concat(beside.Added).Where(t => t.Content.Length > 0))
        {
            if (!ids.TryGetValue(token.Content, out var id))
            {
                id = ids[token.Content] = next++;
            }

            // Once special, a token stays it.
            var isSpecial = token.IsSpecial || (tokens.TryGetValue(id, out var known) && known.IsSpecial);
            tokens[id] = id == token.Id ? token with { IsSpecial = isSpecial } : throw new FormatException(
                $"it gives its added token '{token.Content}' the id {token.Id}, but {id} is its place in the vocabulary or behind it");
        }

        foreach (var token in beside.Named)
        {
            if (ids.TryGetValue(token.Content, out var id))
            {
                tokens[id] = (tokens.TryGetValue(id, out var known) ? known : token with { Id = id }) with { IsSpecial = true };
            }
        }

        return [.. tokens.Values];
    }

    private static IEnumerable<AddedToken> InFile(JsonPart root) =>
        (root.Find("added_tokens") is null ? [] : root.Parts("added_tokens", "added token"))
        .Select(part => part.Only("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"))
        .Select(part => new AddedToken(part.Text("content"), part.Number("id"), part.Flag("special"))
        {
            TakesSpaceBefore = part.Flag("lstrip"),
            TakesSpaceAfter = part.Flag("rstrip"),
            IsWholeWord = part.Flag("single_word"),
            IsNormalized = part.Flag("normalized"),
        });
}
