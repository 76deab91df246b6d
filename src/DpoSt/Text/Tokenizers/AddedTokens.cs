using System.Text.RegularExpressions;

namespace DpoSt.Text.Tokenizers;

/// <summary>Tokens that are found in the text as they are written, before the algorithm sees it; of two at one place the longer.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly Regex? pattern;

    public AddedTokens(IEnumerable<(string Content, int Id)> tokens)
    {
        foreach (var (content, id) in tokens)
        {
            ids[content] = id;
        }

        var alternatives = ids.Keys.Where(c => c.Length > 0).OrderByDescending(c => c.Length).ThenBy(c => c, StringComparer.Ordinal).Select(Regex.Escape).ToArray();
        pattern = alternatives.Length == 0 ? null : new Regex(string.Join('|', alternatives), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
    }

    public IEnumerable<(int Index, int Length, int Id)> Find(string text)
    {
        for (var match = pattern?.Match(text); match is { Success: true }; match = match.NextMatch())
        {
            yield return (match.Index, match.Length, ids[match.Value]);
        }
    }
}
