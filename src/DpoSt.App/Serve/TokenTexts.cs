using DpoSt.Generation;
using DpoSt.Text.Tokenizers;

namespace DpoSt.App.Serve;

/// <summary>
/// Single tokens as texts, as they read in the midst of a text: a space before a word is kept, special tokens are spelled.
/// </summary>
internal sealed class TokenTexts(ITokenizer tokenizer)
{
    private readonly int before = tokenizer.EncodeContinuation("a")[0];

    /// <summary>A token's text; what is no whole character is U+FFFD.</summary>
    public string Of(int id)
    {
        var decoder = tokenizer.NewDecoder(skipSpecialTokens: false);
        decoder.Append(before);
        return decoder.Append(id) + decoder.Flush();
    }

    /// <summary>Its bytes in UTF-8; null where it is only a part of a character.</summary>
    public static int[]? Bytes(string text) => text.Contains('\uFFFD', StringComparison.Ordinal) ? null
        : [.. System.Text.Encoding.UTF8.GetBytes(text).Select(b => (int)b)];

    /// <summary>Tokens as the chat interface tells them.</summary>
    public object[] ForChat(IEnumerable<WrittenToken> tokens) => [.. tokens.Select(token =>
    {
        var text = Of(token.Id);
        return new
        {
            token = text,
            logprob = token.LogProb,
            bytes = Bytes(text),
            top_logprobs = token.Likeliest.Select(likely => (Text: Of(likely.Id), likely.LogProb))
                .Select(likely => new { token = likely.Text, logprob = likely.LogProb, bytes = Bytes(likely.Text) }),
        };
    })];

    /// <summary>Tokens as the interface for completions tells them.</summary>
    /// <param name="offset">Where the first of them begins, in characters of the whole text.</param>
    /// <param name="prompt">A prompt's first token, which nothing predicts, goes before them.</param>
    public object ForCompletion(IReadOnlyList<WrittenToken> tokens, int offset, int? prompt = null)
    {
        int[] ids = [.. prompt is { } first ? [first] : Array.Empty<int>(), .. tokens.Select(token => token.Id)];
        double?[] unknown = prompt is null ? [] : [null];
        string[] texts = [.. ids.Select(Of)];
        var lengths = (prompt is null ? [] : (string[])[texts[0]]).Concat(tokens.Select(token => token.Text)).Select(text => text.Length);
        return new
        {
            tokens = texts,
            token_logprobs = unknown.Concat(tokens.Select(token => (double?)token.LogProb)),
            top_logprobs = tokens.Any(token => token.Likeliest.Count > 0)
                ? (prompt is null ? [] : (Dictionary<string, double>?[])[null]).Concat(tokens.Select(Tops)) : null,
            text_offset = lengths.Select(length => (offset += length) - length).ToArray(),
        };
    }

    // Several ids may read alike: the likeliest speaks for them.
    private Dictionary<string, double> Tops(WrittenToken token) => token.Likeliest.GroupBy(likely => Of(likely.Id), StringComparer.Ordinal)
        .ToDictionary(same => same.Key, same => same.Max(likely => likely.LogProb), StringComparer.Ordinal);
}
