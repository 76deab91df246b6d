namespace DpoSt.Text.Tokenizers.Json;

/// <summary>Reads the `added_tokens` of a tokenizer.json.</summary>
internal static class AddedTokenReader
{
    /// <summary>The added tokens, each with the id that the original gives it: its own where the vocabulary has it, else the next one. A
    /// file that says otherwise is refused, since the original only warns and goes on with ids that no model was trained with.</summary>
    public static AddedToken[] Read(JsonPart root, IReadOnlyList<(string Text, int Id)> vocabulary)
    {
        var (tokens, ids) = (new Dictionary<int, AddedToken>(), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (text, id) in vocabulary)
        {
            ids[text] = id;
        }

        var next = vocabulary.Count;
        foreach (var part in root.Find("added_tokens") is null ? [] : root.Parts("added_tokens", "added token"))
        {
            var token = Read(part.Only("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"));
            if (token.Content.Length == 0)
            {
                continue;
            }

            if (!ids.TryGetValue(token.Content, out var id))
            {
                id = ids[token.Content] = next++;
            }

            tokens[id] = id == token.Id ? token : throw new FormatException(
                $"it gives its added token '{token.Content}' the id {token.Id}, but {id} is its place in the vocabulary or behind it");
        }

        return [.. tokens.Values];
    }

    /// <summary>One added token, as tokenizer.json and tokenizer_config.json write them.</summary>
    private static AddedToken Read(JsonPart part) => new(part.Text("content"), part.Number("id"), part.Flag("special"))
    {
        TakesSpaceBefore = part.Flag("lstrip"),
        TakesSpaceAfter = part.Flag("rstrip"),
        IsWholeWord = part.Flag("single_word"),
        IsNormalized = part.Flag("normalized"),
    };
}
