namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads the `added_tokens` of a tokenizer.json.</summary>
internal static class AddedTokenReader
{
    /// <summary>The added tokens, each with the id that the original gives it: its own where the vocabulary has it, else the next one. A
    /// file that says otherwise is refused, since the original only warns and goes on with ids that no model was trained with.</summary>
    /// <param name="beside">What files beside it add: their flags count, and their tokens follow the file's; the special tokens that they
    /// name are added ones too, where the vocabulary has them.</param>
    public static AddedToken[] Read(JsonPart root, IReadOnlyList<(string Text, int Id)> vocabulary, TokenizerConfig beside)
    {
        var (tokens, ids) = (new Dictionary<int, AddedToken>(), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (text, id) in vocabulary)
        {
            ids[text] = id;
        }

        var next = vocabulary.Count;
        foreach (var token in InFile(root))
        {
            Add(token);
        }

        var named = beside.Named.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        foreach (var token in beside.Added)
        {
            var known = ids.TryGetValue(token.Content, out var id) ? tokens.GetValueOrDefault(id) : null;
            if (known != token && !(known is not null && beside.IsAddedOld))
            {
                Add(token with { IsSpecial = token.IsSpecial || named.Contains(token.Content) });
            }
        }

        foreach (var token in beside.Named)
        {
            if (ids.TryGetValue(token.Content, out var id))
            {
                tokens.TryAdd(id, token with { Id = id });
            }
        }

        return [.. tokens.Values];

        void Add(AddedToken token)
        {
            if (token.Content.Length == 0)
            {
                return;
            }

            if (!ids.TryGetValue(token.Content, out var id))
            {
                id = ids[token.Content] = next++;
            }

            // Once special, a token stays it.
            var isSpecial = token.IsSpecial || (tokens.TryGetValue(id, out var known) && known.IsSpecial);
            tokens[id] = id == token.Id ? token with { IsSpecial = isSpecial } : throw new FormatException(
                $"it gives its added token '{token.Content}' the id {token.Id}, but {id} is its place in the vocabulary or behind it");
        }
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
