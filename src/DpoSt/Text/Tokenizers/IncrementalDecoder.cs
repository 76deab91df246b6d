using System.Text;
using DpoSt.Text.Tokenizers.Pipeline.Decoders;

namespace DpoSt.Text.Tokenizers;

/// <summary>Turns ids into text one at a time, at a cost that does not grow with the text. A character whose bytes are spread over several
/// tokens appears with the last of them, or where the tokenizer's decoder must see more, as soon as it has. The concatenation of what it
/// returns equals <see cref="ITokenizer.Decode"/>.</summary>
internal sealed class IncrementalDecoder
{
    private readonly TokenTable table;
    private readonly bool skipSpecialTokens;
    private readonly IDecoding[] steps;

    internal IncrementalDecoder(TokenTable table, bool skipSpecialTokens, IDecoding[] steps) =>
        (this.table, this.skipSpecialTokens, this.steps) = (table, skipSpecialTokens, steps);

    /// <summary>The text that this token completes; empty where it completes none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is outside the vocabulary.</exception>
    public string Append(int id) =>
        table.TextOf(id) is { } text && !(skipSpecialTokens && table.IsSpecial(id)) ? string.Concat(Through(0, [text])) : "";

    /// <summary>The end of the text: what still waited for other tokens.</summary>
    public string Flush() => string.Concat(steps.Select((step, i) => string.Concat(Through(i + 1, step.End()))));

    /// <summary>The text of all ids at once.</summary>
    internal string All(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(Append(id));
        }

        return text.Append(Flush()).ToString();
    }

    private IEnumerable<string> Through(int first, IEnumerable<string> tokens)
    {
        for (var i = first; i < steps.Length; i++)
        {
            tokens = tokens.SelectMany(steps[i].Add).ToArray();
        }

        return tokens;
    }
}
