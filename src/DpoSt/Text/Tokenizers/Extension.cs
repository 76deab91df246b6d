namespace DpoSt.Text.Tokenizers;

/// <summary>A vocabulary with the tokens that files beside it add.</summary>
internal static class Extension
{
    /// <summary>The pieces by id with the added ones in their places; null where no token is.</summary>
    /// <exception cref="UserErrorException">An added token has the id of another, or one far beyond the vocabulary.</exception>
    public static string?[] Of(IReadOnlyList<string?> pieces, IReadOnlyCollection<AddedToken> added, string path)
    {
        var size = Math.Max(pieces.Count, added.Select(t => t.Id + 1L).DefaultIfEmpty().Max());
        // A claimed id may not decide how much is allocated.
        if (size > pieces.Count + added.Count + 1024L)
        {
            throw new UserErrorException(
                $"The tokenizer '{path}' has {pieces.Count} tokens, but files beside it add one with the id {size - 1}.");
        }

        var extended = pieces.Concat(Enumerable.Repeat<string?>(null, (int)size - pieces.Count)).ToArray();
        foreach (var token in added)
        {
            extended[token.Id] = extended[token.Id] is null || extended[token.Id] == token.Content
                ? token.Content : throw new UserErrorException(
                    $"The tokenizer '{path}' has the token '{extended[token.Id]}' as id {token.Id}, "
                    + $"but files beside it add '{token.Content}' there.");
        }

        return extended;
    }
}
