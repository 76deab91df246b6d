namespace DpoSt.Text.Tokenizers.Pipeline.Decoders;

/// <summary>Spaces before punctuation and English contractions, taken out as WordPiece's decoder does.</summary>
internal static class Cleanup
{
    private static readonly (string From, string To)[] Rules =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static string Of(string text) =>
        Rules.Aggregate(text, (sofar, rule) => sofar.Replace(rule.From, rule.To, StringComparison.Ordinal));
}
