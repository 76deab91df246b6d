using System.Text.RegularExpressions;

namespace DpoSt.Text.Tokenizers;

/// <summary>A token that is found in the text as it is written, before the algorithm sees it.</summary>
/// <param name="IsSpecial">Whether plain text leaves it out.</param>
internal sealed record AddedToken(string Content, int Id, bool IsSpecial)
{
    /// <summary>Whether the white space before it belongs to it (`lstrip`).</summary>
    public bool TakesSpaceBefore { get; init; }

    /// <summary>Whether the white space after it belongs to it (`rstrip`).</summary>
    public bool TakesSpaceAfter { get; init; }

    /// <summary>Whether it counts only where no letter or digit touches it (`single_word`).</summary>
    public bool IsWholeWord { get; init; }
}

/// <summary>Finds the added tokens of a text; of two at one place the longer.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, AddedToken> tokens = new(StringComparer.Ordinal);
    private readonly Regex? pattern;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        foreach (var token in tokens.Where(t => t.Content.Length > 0))
        {
            this.tokens[token.Content] = token;
        }

        var alternatives = this.tokens.Keys.OrderByDescending(c => c.Length).ThenBy(c => c, StringComparer.Ordinal).Select(Regex.Escape)
            .ToArray();
        pattern = alternatives.Length == 0
            ? null : new Regex(string.Join('|', alternatives), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
    }

    /// <summary>The stretches of the text that are added tokens, in order.</summary>
    public IEnumerable<(int Start, int End, int Id)> Find(string text)
    {
        var free = 0;
        for (var match = pattern?.Match(text); match is { Success: true }; match = pattern!.Match(text, match.Index + match.Length))
        {
            var (token, start, end) = (tokens[match.Value], match.Index, match.Index + match.Length);
            if (start < free || (token.IsWholeWord && (IsWord(text, start - 1) || IsWord(text, end))))
            {
                continue;
            }

            while (token.TakesSpaceBefore && start > free && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.TakesSpaceAfter && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            free = end;
            yield return (start, end, token.Id);
        }
    }

    private static bool IsWord(string text, int at) => at >= 0 && at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_');
}
