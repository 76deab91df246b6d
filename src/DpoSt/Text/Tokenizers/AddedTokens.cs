using System.Buffers;
using DpoSt.Text.Tokenizers.Expressions;
using DpoSt.Text.Tokenizers.Pipeline;

namespace DpoSt.Text.Tokenizers;

/// <summary>A token that is found in the text before the algorithm sees it.</summary>
/// <param name="IsSpecial">Whether plain text leaves it out.</param>
internal sealed record AddedToken(string Content, int Id, bool IsSpecial)
{
    /// <summary>Whether the white space before it belongs to it (`lstrip`).</summary>
    public bool TakesSpaceBefore { get; init; }

    /// <summary>Whether the white space after it belongs to it (`rstrip`).</summary>
    public bool TakesSpaceAfter { get; init; }

    /// <summary>Whether it counts only where no word character touches it (`single_word`).</summary>
    public bool IsWholeWord { get; init; }

    /// <summary>Whether it is looked for in normalised text, in its own normalised form (`normalized`).</summary>
    public bool IsNormalized { get; init; }
}

/// <summary>Finds the added tokens of a text; of two at one place the longer.</summary>
internal sealed class AddedTokens
{
    private readonly AddedToken[] tokens;
    private readonly PrefixTree tree;
    private readonly SearchValues<char> starts;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        this.tokens = [.. tokens.Where(t => t.Content.Length > 0)];
        tree = new(this.tokens.Select((token, i) => (token.Content, i)));
        starts = SearchValues.Create([.. this.tokens.Select(t => t.Content[0])]);
    }

    /// <summary>The stretches between the added tokens, and the ids of these.</summary>
    public IEnumerable<(Stretch Text, int? Id)> Cut(Stretch stretch)
    {
        var free = 0;
        foreach (var (start, end, id) in Find(stretch.Text))
        {
            if (start > free)
            {
                yield return (stretch.Slice(free, start), null);
            }

            yield return (default, id);
            free = end;
        }

        if (free < stretch.Text.Length)
        {
            yield return (stretch.Slice(free, stretch.Text.Length), null);
        }
    }

    /// <summary>The stretches of the text that are added tokens, in order. A token in the white space that one before it took is
    /// found too, unless it reaches back over all of it, as the original does.</summary>
    public IEnumerable<(int Start, int End, int Id)> Find(ReadOnlyMemory<char> text)
    {
        var (free, at) = (0, 0);
        foreach (var (start, end, token) in Places(text.Span))
        {
            if (start < at)
            {
                continue;
            }

            at = end;
            if (token.IsWholeWord && (IsWord(text.Span, start - 1) || IsWord(text.Span, end)))
            {
                continue;
            }

            var (from, to) = (token.TakesSpaceBefore ? Math.Max(start, free) : start, end);
            while (token.TakesSpaceBefore && from > free && char.IsWhiteSpace(text.Span[from - 1]))
            {
                from--;
            }

            while (token.TakesSpaceAfter && to < text.Length && char.IsWhiteSpace(text.Span[to]))
            {
                to++;
            }

            free = to;
            if (to > from)
            {
                yield return (from, to, token.Id);
            }
        }
    }

    // Every place where one begins, with the longest of it, in order.
    private IEnumerable<(int Start, int End, AddedToken Token)> Places(ReadOnlySpan<char> text)
    {
        var longest = new Dictionary<int, (int End, AddedToken Token)>();
        var state = PrefixTree.Root;
        for (var end = 0; end < text.Length;)
        {
            if (state == PrefixTree.Root && text[end..].IndexOfAny(starts) is var skipped)
            {
                end = skipped < 0 ? text.Length - 1 : end + skipped;
            }

            state = tree.Step(state, text[end++]);
            for (var found = tree.Longest(state); found != PrefixTree.Root; found = tree.Shorter(found))
            {
                longest[end - tree.LengthOf(found)] = (end, tokens[tree.IdOf(found)]);
            }
        }

        return longest.OrderBy(place => place.Key).Select(place => (place.Key, place.Value.End, place.Value.Token));
    }

    private static bool IsWord(ReadOnlySpan<char> text, int at)
    {
        at -= at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? 1 : 0;
        return at >= 0 && at < text.Length && Characters.RustWord.Has(Characters.At(text, at).Character);
    }
}
